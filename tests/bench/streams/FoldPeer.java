import com.google.protobuf.InvalidProtocolBufferException;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.StateRestoreListener;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import prihvat.log.v1.RecordOuterClass;
import prihvat.testkit.v1.Toy;

/**
 * Folds a topic of the toy halls as Kafka Streams does it: the same records, keys and read-modify-write as the service
 * of libs/testkit/toy_domain.cc, into a RocksDB store with a record cache and a changelog.
 *
 * <p>FoldPeer BROKERS TOPIC APPLICATION STATE_DIRECTORY GUARANTEE CACHE_BYTES LAST_OFFSET. Prints "folded RECORDS
 * MILLISECONDS" once LAST_OFFSET of partition 0 was folded, from the first record on; with a LAST_OFFSET of -1 it
 * prints "restored RECORDS MILLISECONDS" once the store was restored from its changelog. Then it waits for the end of
 * its input, and ends in good order.
 */
public final class FoldPeer {
  private static final String STORE = "halls";
  private static final String EVENT = "prihvat.testkit.v1.SeatTaken";

  private static void tell(String what, long records, long nanos) {
    System.out.println(what + " " + records + " " + nanos / 1_000_000);
    System.out.flush();
  }

  private static final class Fold implements Processor<byte[], byte[], Void, Void> {
    private final long last;
    private ProcessorContext<Void, Void> context;
    private KeyValueStore<String, byte[]> halls;
    private long begun;
    private long folded;

    Fold(long last) {
      this.last = last;
    }

    @Override
    public void init(ProcessorContext<Void, Void> given) {
      context = given;
      halls = given.getStateStore(STORE);
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
      if (folded++ == 0) {
        begun = System.nanoTime();
      }
      long offset = context.recordMetadata().orElseThrow().offset();
      try {
        var commit = RecordOuterClass.Record.parseFrom(record.value()).getCommit();
        for (RecordOuterClass.Event event : commit.getEventsList()) {
          if (event.getType().equals(EVENT)) {
            fold(Toy.SeatTaken.parseFrom(event.getPayload()), offset);
          }
        }
      } catch (InvalidProtocolBufferException e) {
        throw new IllegalStateException("not a record: offset " + offset, e);
      }
      if (offset == last) {
        tell("folded", folded, System.nanoTime() - begun);
      }
    }

    private void fold(Toy.SeatTaken event, long offset) throws InvalidProtocolBufferException {
      byte[] row = halls.get(event.getHall());
      Toy.Hall.Builder hall = row == null ? Toy.Hall.newBuilder() : Toy.Hall.parseFrom(row).toBuilder();
      hall.setTaken(hall.getTaken() + 1).addPeople(event.getPerson()).setLastOffset(offset);
      halls.put(event.getHall(), hall.build().toByteArray());
    }
  }

  private static final class Restored implements StateRestoreListener {
    private long begun;

    @Override
    public void onRestoreStart(TopicPartition partition, String store, long from, long to) {
      begun = System.nanoTime();
    }

    @Override
    public void onBatchRestored(TopicPartition partition, String store, long to, long records) {}

    @Override
    public void onRestoreEnd(TopicPartition partition, String store, long records) {
      tell("restored", records, System.nanoTime() - begun);
    }
  }

  private static Topology topology(String topic, long last) {
    var bytes = Serdes.ByteArray().deserializer();
    return new Topology()
        .addSource("log", bytes, bytes, topic)
        .addProcessor("fold", () -> new Fold(last), "log")
        .addStateStore(
            Stores.keyValueStoreBuilder(Stores.persistentKeyValueStore(STORE), Serdes.String(), Serdes.ByteArray())
                .withCachingEnabled()
                .withLoggingEnabled(Map.of()),
            "fold");
  }

  public static void main(String[] args) throws IOException {
    Properties properties = new Properties();
    properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, args[0]);
    properties.put(StreamsConfig.APPLICATION_ID_CONFIG, args[2]);
    properties.put(StreamsConfig.STATE_DIR_CONFIG, args[3]);
    properties.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, args[4]);
    properties.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, args[5]);
    properties.put(StreamsConfig.consumerPrefix(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG), "earliest");
    long last = Long.parseLong(args[6]);
    try (KafkaStreams streams = new KafkaStreams(topology(args[1], last), properties)) {
      if (last < 0) {
        streams.setGlobalStateRestoreListener(new Restored());
      }
      streams.setUncaughtExceptionHandler(
          e -> {
            e.printStackTrace();
            Runtime.getRuntime().halt(1);
            return null;
          });
      streams.start();
      while (System.in.read() >= 0) {}
      // Else who starts again waits until the group has missed the one who ended.
      streams.close(
          CloseOptions.timeout(Duration.ofSeconds(60))
              .withGroupMembershipOperation(CloseOptions.GroupMembershipOperation.LEAVE_GROUP));
    }
  }
}
