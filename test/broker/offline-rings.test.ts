import { expect, test } from 'vitest'
import { OfflineRings } from '../../src/broker/offline-rings.ts'
import { Bells } from '../../src/threads/bells.ts'
import { emptyLogView } from '../../src/threads/log-view.ts'
import { syntheticBatch } from '../data-plane/log/batches.ts'
import { fixedClock, Rig } from '../data-plane/partition/rig.ts'
import { PASS_STEPS } from '../support/pass-steps.ts'

test('what waits in the rings of a dead host, and what comes later, is a storage error', () => {
  const rig = new Rig()
  rig.start()
  const sender = rig.addSender()
  const slot = sender.submit(syntheticBatch({ baseOffset: 0 }))
  for (const step of PASS_STEPS.slice(0, 4)) rig.host[step]()
  rig.die()
  const offline = new OfflineRings(new Bells(rig.bellWords), rig.control, rig.arena.view)
  offline.add(sender.description())
  rig.park(sender.id)
  expect(offline.answer()).toEqual([])
  expect(sender.reap()).toMatchObject([{ errorCode: 56, baseOffset: -1 }])
  expect(sender.slots.assignedBase(slot)).toBe(null)
  expect(rig.isRung(sender.id)).toBe(true)
  sender.submit(syntheticBatch({ baseOffset: 0 }))
  offline.answer()
  expect(sender.reap()).toMatchObject([{ errorCode: 56 }])
})

test('a closed ring is forgotten once its last batch is answered', () => {
  const rig = new Rig()
  const sender = rig.addSender()
  const offline = new OfflineRings(new Bells(rig.bellWords), rig.control, rig.arena.view)
  offline.add(sender.description())
  sender.submit(syntheticBatch({ baseOffset: 0 }))
  sender.ring.close()
  expect(offline.isEmpty).toBe(false)
  expect(offline.answer()).toEqual([sender.id])
  expect(offline.isEmpty).toBe(true)
  expect(sender.reap()).toHaveLength(1)
})

test('a batch that was published before the death is acknowledged with its offset', () => {
  const rig = new Rig()
  rig.start()
  const sender = rig.addSender()
  sender.submit(syntheticBatch({ baseOffset: 0, recordCount: 2 }))
  rig.settle()
  sender.reap()
  sender.submit(syntheticBatch({ baseOffset: 0 }))
  for (const step of PASS_STEPS.slice(0, PASS_STEPS.indexOf('answer'))) rig.host[step]()
  sender.submit(syntheticBatch({ baseOffset: 0 }))
  rig.die()
  const offline = new OfflineRings(new Bells(rig.bellWords), rig.control, rig.arena.view)
  offline.add(sender.description())
  offline.answer()
  expect(sender.reap().map(({ errorCode, baseOffset }) => [errorCode, baseOffset])).toEqual([
    [0, 2],
    [56, -1]
  ])
})

test('where the broker stamps times, a published batch is acknowledged with the time it was stamped', () => {
  const rig = new Rig({ appendTime: true })
  rig.start()
  const sender = rig.addSender()
  sender.submit(syntheticBatch({ baseOffset: 0 }))
  for (const step of PASS_STEPS.slice(0, PASS_STEPS.indexOf('answer'))) rig.host[step]()
  rig.die()
  const offline = new OfflineRings(new Bells(rig.bellWords), rig.control, rig.arena.view)
  offline.add(sender.description())
  offline.answer()
  expect(sender.reap()).toMatchObject([{ errorCode: 0, baseOffset: 0, logAppendTime: fixedClock.now() }])
})

test('a view that cannot be read answers every batch with a storage error, and the broker lives', () => {
  const rig = new Rig()
  rig.start()
  const sender = rig.addSender()
  sender.submit(syntheticBatch({ baseOffset: 0 }))
  for (const step of PASS_STEPS.slice(0, PASS_STEPS.indexOf('answer'))) rig.host[step]()
  rig.die()
  rig.control.publish({ ...emptyLogView(), logEndOffset: 2 ** 53 })
  expect(() => rig.control.sample(emptyLogView())).toThrow()
  const offline = new OfflineRings(new Bells(rig.bellWords), rig.control, rig.arena.view)
  offline.add(sender.description())
  expect(offline.answer()).toEqual([])
  expect(sender.reap()).toMatchObject([{ errorCode: 56, baseOffset: -1 }])
})
