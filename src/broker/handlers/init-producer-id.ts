/**
 * InitProducerId (key 22), in the process.
 *
 * Behaviour: a new id with epoch 0 for an idempotent producer.
 * Not done: transactions; a transactional id is INVALID_REQUEST.
 */
import { ERROR_CODES } from '../../base/error-codes.ts'
import type { InitProducerIdRequest, InitProducerIdResponse } from '../../wire/protocol/messages.ts'
import type { ProducerIds } from '../producer-ids.ts'

/** @throws HighwaterError HIGHWATER_STORAGE; then no id was given */
export function initProducerId(
  request: InitProducerIdRequest,
  producerIds: ProducerIds
): InitProducerIdResponse {
  if (request.transactionalId !== null) {
    return { errorCode: ERROR_CODES.INVALID_REQUEST.code, producerId: -1, producerEpoch: -1 }
  }
  return { errorCode: 0, producerId: producerIds.take(), producerEpoch: 0 }
}
