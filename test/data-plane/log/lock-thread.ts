/**
 * A thread that claims locks when told to, for tests in which many do so at once.
 */
import { LockFile } from '../../../src/data-plane/log/lock-file.ts'
import { enterThread } from '../../../src/threads/thread-start.ts'

export default async (task: unknown): Promise<void> => {
  const { data, port } = enterThread(task)
  let claims = 0
  port.ref()
  port.onCommand(({ body }) => {
    const claim = LockFile.claim(String(body['path']), `${data['name']}${claims++}`)
    return { isMine: claim instanceof LockFile }
  })
  await new Promise<void>(resolve => port.onClose(resolve))
}
