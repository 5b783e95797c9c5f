/**
 * One Apache Kafka broker, its own controller, on two free ports of 127.0.0.1, as its scripts would start it.
 *
 * Kafka: config/server.properties and bin/kafka-server-start.sh; what differs keeps one process and a small
 * disk.
 */
import type { ChildProcess } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { systemClock } from '../../src/base/clock.ts'
import type { ChildProcesses } from './child-processes.ts'
import { KafkaAdmin } from './kafka-admin.ts'
import { kafkaClassPath, sourcePath } from './kafka-jars.ts'

/** Sixteen bytes as Kafka writes them: any will do for a cluster that lives for minutes. */
const CLUSTER_ID = 'AAAAAAAAAAAAAAAAAAAAAQ'
const START_MS_MAX = 60_000
const LOOK_MS = 100
const LOG_TAIL = 2000

/** KAFKA_JVM_PERFORMANCE_OPTS of bin/kafka-run-class.sh. */
const JVM_OPTIONS = ['-server', '-XX:+UseG1GC', '-XX:MaxGCPauseMillis=20']
  .concat(['-XX:InitiatingHeapOccupancyPercent=35', '-XX:+ExplicitGCInvokesConcurrent'])
  .concat(['-XX:MaxInlineLevel=15', '-Djava.awt.headless=true'])

export interface KafkaBroker {
  /** Host and port for clients. */
  readonly address: string
  readonly pid: number
  readonly admin: KafkaAdmin
  stop(): Promise<void>
}

/** Arguments of `java` for a class of Kafka with a heap as its script gives it. */
export function javaArguments(heap: string, mainClass: string, args: readonly string[]): string[] {
  const log = `-Dlog4j2.configurationFile=${sourcePath('./log4j2.xml')}`
  return [`-Xmx${heap}`, `-Xms${heap}`, ...JVM_OPTIONS, log, '-cp', kafkaClassPath(), mainClass, ...args]
}

export async function startKafka(children: ChildProcesses, folder: string): Promise<KafkaBroker> {
  const data = join(folder, 'kafka')
  const properties = join(folder, 'server.properties')
  const log = join(folder, 'kafka.log')
  const [port, controllerPort] = await freePorts()
  mkdirSync(data)
  writeFileSync(properties, serverProperties(data, port, controllerPort))
  const format = ['format', '-t', CLUSTER_ID, '-c', properties]
  await children.run('java', javaArguments('256m', 'kafka.tools.StorageTool', format))
  const server = children.start('java', javaArguments('1g', 'kafka.Kafka', [properties]), log)
  const admin = new KafkaAdmin(port)
  const stop = (): Promise<void> => children.end(server)
  try {
    await untilReady(admin, server, children.signal)
  } catch (cause) {
    await stop()
    throw new Error(`Kafka did not start: ${readFileSync(log, 'utf8').slice(-LOG_TAIL)}`, { cause })
  }
  return { address: `127.0.0.1:${port}`, pid: server.pid ?? -1, admin, stop }
}

function serverProperties(data: string, port: number, controllerPort: number): string {
  const [client, controller] = [`PLAINTEXT://127.0.0.1:${port}`, `CONTROLLER://127.0.0.1:${controllerPort}`]
  const settings = {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
    'controller.listener.names': 'CONTROLLER',
    listeners: `${client},${controller}`,
    'advertised.listeners': client,
    'listener.security.protocol.map': 'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT',
    'log.dirs': data,
    'auto.create.topics.enable': false,
    'offsets.topic.replication.factor': 1,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'share.coordinator.state.topic.replication.factor': 1,
    'share.coordinator.state.topic.min.isr': 1,
    // A measured consumer joins at once.
    'group.initial.rebalance.delay.ms': 0,
    // Topics of earlier rounds leave the disk.
    'log.segment.delete.delay.ms': 1000
  }
  return Object.entries(settings)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('')
}

async function untilReady(admin: KafkaAdmin, server: ChildProcess, signal: AbortSignal): Promise<void> {
  const deadline = systemClock.monotonic() + START_MS_MAX
  for (;;) {
    signal.throwIfAborted()
    if (server.exitCode !== null || server.signalCode !== null) throw new Error('It ended.')
    const brokers = await admin.brokerCount().catch(() => 0)
    if (brokers > 0) return
    if (systemClock.monotonic() > deadline) throw new Error(`It was not ready within ${START_MS_MAX} ms.`)
    await new Promise<void>(resolve => systemClock.after(LOOK_MS, resolve))
  }
}

/** Two ports nobody listens on now; held together, so that they are not one. */
async function freePorts(): Promise<[number, number]> {
  const [first, second] = [createServer(), createServer()]
  const ports = await Promise.all([first, second].map(listenAnywhere))
  first.close()
  second.close()
  return [ports[0] ?? 0, ports[1] ?? 0]
}

function listenAnywhere(server: ReturnType<typeof createServer>): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : 0)
    })
  })
}
