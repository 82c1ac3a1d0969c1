package twofold;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StoreQueryParameters;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.QueryableStoreTypes;
import org.apache.kafka.streams.state.Stores;

/**
 * The view delays-by-airport (flights, total and worst delay by origin and UTC day) as Kafka Streams would do it:
 * Processor API, a RocksDB store with its changelog, exactly_once_v2. Partial rows per partition, combined at the end, so
 * no repartitioning: the quickest form there is.
 *
 * Arguments: brokers, topic, number of events, application id, state directory. Prints one JSON line:
 * {"events", "cpuMs", "rows": {"origin day": [flights, totalDelay, worstDelay]}}.
 */
public final class DelaysByAirport {
  private static final String STORE = "rows";
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final AtomicLong folded = new AtomicLong();

  private static final class Fold implements Processor<byte[], byte[], Void, Void> {
    private KeyValueStore<String, byte[]> rows;

    @Override
    public void init(ProcessorContext<Void, Void> context) {
      rows = context.getStateStore(STORE);
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
      try {
        JsonNode flight = JSON.readTree(record.value());
        String key = flight.get("origin").textValue() + " " + flight.get("date").textValue().substring(0, 10);
        long delay = flight.get("delay").longValue();
        byte[] row = rows.get(key);
        ByteBuffer before = row == null ? null : ByteBuffer.wrap(row);
        ByteBuffer after = ByteBuffer.allocate(24);
        after.putLong(before == null ? 1 : before.getLong(0) + 1);
        after.putLong(before == null ? delay : before.getLong(8) + delay);
        after.putLong(before == null ? delay : Math.max(before.getLong(16), delay));
        rows.put(key, after.array());
        folded.incrementAndGet();
      } catch (java.io.IOException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  public static void main(String[] args) throws Exception {
    long events = Long.parseLong(args[2]);
    Properties config = new Properties();
    config.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, args[0]);
    config.put(StreamsConfig.APPLICATION_ID_CONFIG, args[3]);
    config.put(StreamsConfig.STATE_DIR_CONFIG, args[4]);
    config.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
    config.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, 1);
    config.put(StreamsConfig.consumerPrefix("auto.offset.reset"), "earliest");
    config.put(StreamsConfig.DEFAULT_KEY_SERDE_CLASS_CONFIG, Serdes.ByteArraySerde.class);
    config.put(StreamsConfig.DEFAULT_VALUE_SERDE_CLASS_CONFIG, Serdes.ByteArraySerde.class);

    Topology topology = new Topology();
    topology.addSource("flights", args[1]);
    topology.addProcessor("fold", Fold::new, "flights");
    topology.addStateStore(
        Stores.keyValueStoreBuilder(Stores.persistentKeyValueStore(STORE), Serdes.String(), Serdes.ByteArray())
            .withCachingEnabled(),
        "fold");

    OperatingSystemMXBean os = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    long cpuBefore = os.getProcessCpuTime();
    try (KafkaStreams streams = new KafkaStreams(topology, config)) {
      streams.start();
      long giveUp = System.nanoTime() + 600_000_000_000L;
      while (folded.get() < events) {
        if (System.nanoTime() > giveUp) throw new IllegalStateException("folded only " + folded.get());
        Thread.sleep(20);
      }
      Thread.sleep(500); // the last transaction commits within commit.interval.ms (100 ms)
      long cpuMs = (os.getProcessCpuTime() - cpuBefore) / 1_000_000;

      Map<String, long[]> rows = new TreeMap<>();
      var store = streams.store(StoreQueryParameters.fromNameAndType(STORE, QueryableStoreTypes.<String, byte[]>keyValueStore()));
      try (var all = store.all()) {
        while (all.hasNext()) {
          var entry = all.next();
          ByteBuffer row = ByteBuffer.wrap(entry.value);
          rows.merge(entry.key, new long[] {row.getLong(0), row.getLong(8), row.getLong(16)},
              (a, b) -> new long[] {a[0] + b[0], a[1] + b[1], Math.max(a[2], b[2])});
        }
      }
      String line = JSON.writeValueAsString(Map.of("events", folded.get(), "cpuMs", cpuMs, "rows", rows));
      System.out.write(line.getBytes(StandardCharsets.UTF_8));
      System.out.println();
    }
  }
}
