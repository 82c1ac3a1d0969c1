export type BrokerPlan = {
  readonly id: number;
  readonly port: number;
  /** Where the other brokers reach it. */
  readonly internalPort: number;
  readonly controllerPort: number;
  /** Where clients are told to go. */
  readonly advertisedPort: number;
};

/** What brokers must agree on before the first one starts. */
export type ClusterPlan = { readonly clusterId: string; readonly brokers: readonly BrokerPlan[] };

export const KAFKA_LOGGING = `<Configuration status="WARN"><Appenders><Console name="out"><PatternLayout pattern="%d %p %m (%c)%n"/></Console></Appenders>
<Loggers><Root level="WARN"><AppenderRef ref="out"/></Root></Loggers></Configuration>`;

export function brokerProperties({ brokers }: ClusterPlan, broker: BrokerPlan, logs: string): string {
  const copies = brokers.length;
  const leastCopies = Math.max(1, copies - 1); // one broker may be away
  return [
    'process.roles=broker,controller',
    `node.id=${broker.id}`,
    `controller.quorum.voters=${brokers.map(({ id, controllerPort }) => `${id}@127.0.0.1:${controllerPort}`).join(',')}`,
    `listeners=CLIENTS://127.0.0.1:${broker.port},BROKERS://127.0.0.1:${broker.internalPort},CONTROLLER://127.0.0.1:${broker.controllerPort}`,
    `advertised.listeners=CLIENTS://127.0.0.1:${broker.advertisedPort},BROKERS://127.0.0.1:${broker.internalPort}`,
    'controller.listener.names=CONTROLLER',
    'inter.broker.listener.name=BROKERS',
    'listener.security.protocol.map=CLIENTS:PLAINTEXT,BROKERS:PLAINTEXT,CONTROLLER:PLAINTEXT',
    `log.dirs=${logs}`,
    'auto.create.topics.enable=false',
    `default.replication.factor=${copies}`,
    `min.insync.replicas=${leastCopies}`,
    `offsets.topic.replication.factor=${copies}`,
    'offsets.topic.num.partitions=4',
    `transaction.state.log.replication.factor=${copies}`,
    `transaction.state.log.min.isr=${leastCopies}`,
    'transaction.state.log.num.partitions=4',
    'group.initial.rebalance.delay.ms=0',
    'log.retention.ms=-1',
    '',
  ].join('\n');
}
