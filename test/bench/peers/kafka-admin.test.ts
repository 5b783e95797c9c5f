import { createServer, type Server } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { KafkaAdmin } from '../../../bench/peers/kafka-admin.ts'

/** A broker that says the given bytes to each request, in turn, and keeps what it was asked. */
async function brokerSaying(...answers: string[]): Promise<{ admin: KafkaAdmin; asked: string[] }> {
  const asked: string[] = []
  const server: Server = createServer(socket => {
    socket.on('error', () => {})
    socket.once('data', request => {
      asked.push(request.toString('hex'))
      const body = Buffer.from(`00000001${answers.shift() ?? ''}`.replaceAll(' ', ''), 'hex')
      const length = Buffer.alloc(4)
      length.writeInt32BE(body.length)
      socket.write(Buffer.concat([length, body]))
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return { admin: new KafkaAdmin(port), asked }
}

const CLIENT = `000f${Buffer.from('highwater-bench').toString('hex')}`
const TOPIC = `0001${Buffer.from('t').toString('hex')}`
const ENDS_AT_7 = `00000001 ${TOPIC} 00000001 00000000 0000 ffffffffffffffff 0000000000000007`
const NO_LEADER = ENDS_AT_7.replace('00000000 0000', '00000000 0006')

test('the end of a topic is asked for as ListOffsets 1 does', async () => {
  const { admin, asked } = await brokerSaying(ENDS_AT_7)
  expect(await admin.endOffset('t')).toBe(7)
  const body = `0002 0001 00000001 ${CLIENT} ffffffff 00000001 ${TOPIC} 00000001 00000000 ffffffffffffffff`
  const hex = body.replaceAll(' ', '')
  expect(asked).toEqual([(hex.length / 2).toString(16).padStart(8, '0') + hex])
})

test('a topic is made with one partition and one replica, and waited for until it has a leader', async () => {
  const made = `00000000 00000001 ${TOPIC} 0000 ffff`
  const { admin, asked } = await brokerSaying(made, NO_LEADER, ENDS_AT_7)
  await admin.createTopic('t')
  expect(asked).toHaveLength(3)
  expect(asked[0]).toContain(`00130002${'00000001'}${CLIENT}00000001${TOPIC}000000010001${'0'.repeat(16)}`)
})

test('an error of Kafka is an error here', async () => {
  const exists = `00000000 00000001 ${TOPIC} 0024 ffff`
  const { admin } = await brokerSaying(exists, `00000000 00000001 ${TOPIC} 0003`, NO_LEADER)
  await expect(admin.createTopic('t')).rejects.toThrow("Topic t was not made: Kafka's error 36.")
  await expect(admin.deleteTopic('t')).rejects.toThrow("Topic t was not removed: Kafka's error 3.")
  await expect(admin.endOffset('t')).rejects.toThrow("The end of t is not known: Kafka's error 6.")
})

test('a broker that is not there, or hangs up, is an error', async () => {
  const server = createServer(socket => socket.destroy())
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const admin = new KafkaAdmin(typeof address === 'object' && address !== null ? address.port : 0)
  await expect(admin.brokerCount()).rejects.toThrow()
  await new Promise(resolve => server.close(resolve))
  await expect(admin.brokerCount()).rejects.toThrow(/ECONNREFUSED/)
})
