package prihvat.examples;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import io.grpc.ChannelCredentials;
import io.grpc.Context;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsChannelCredentials;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.MetadataUtils;
import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import prihvat.admin.v1.ChangeFeedServiceGrpc;
import prihvat.procurement.v1.ProcurementServiceGrpc;
import prihvat.procurement.v1.Resources.Supplier;

/**
 * A walk through Prihvat's API with Java's ordinary tools; see ../README.md.
 *
 * <p>Arguments: SERVER OPERATION, such as 127.0.0.1:8443 operations/java. OPERATION must not be there yet. Prints one
 * line a step, the same in every language. With PRIHVAT_TLS_CA, PRIHVAT_TLS_CERT and PRIHVAT_TLS_KEY (PEM files) it
 * calls as the certificate says; without, a development server.
 */
public final class Walk {
  private static final long TIMEOUT_SECONDS = 30; // every call has a deadline
  private static final Metadata.Key<String> PRINCIPAL =
      Metadata.Key.of("x-prihvat-principal", Metadata.ASCII_STRING_MARSHALLER);

  private final ProcurementServiceGrpc.ProcurementServiceBlockingStub procurement;
  private final ChangeFeedServiceGrpc.ChangeFeedServiceBlockingStub feed;
  private final String operation;

  private Walk(ManagedChannel channel, String operation) {
    Metadata metadata = new Metadata();
    // A development server believes who we say we are; any other knows it from the certificate.
    if (System.getenv("PRIHVAT_TLS_CA") == null) {
      metadata.put(PRINCIPAL, "organisations/iom/people/example;roles=operation_manager;operations=" + operation);
    }
    var identity = MetadataUtils.newAttachHeadersInterceptor(metadata);
    this.procurement = ProcurementServiceGrpc.newBlockingStub(channel).withInterceptors(identity);
    this.feed = ChangeFeedServiceGrpc.newBlockingStub(channel).withInterceptors(identity);
    this.operation = operation;
  }

  /** Who we are is what our certificate says. Without one, nothing is encrypted. */
  private static ChannelCredentials credentials() throws IOException {
    String authority = System.getenv("PRIHVAT_TLS_CA");
    if (authority == null) {
      return InsecureChannelCredentials.create();
    }
    return TlsChannelCredentials.newBuilder()
        .trustManager(new File(authority))
        .keyManager(new File(System.getenv("PRIHVAT_TLS_CERT")), new File(System.getenv("PRIHVAT_TLS_KEY")))
        .build();
  }

  private ProcurementServiceGrpc.ProcurementServiceBlockingStub call() {
    return procurement.withDeadlineAfter(TIMEOUT_SECONDS, TimeUnit.SECONDS);
  }

  /** Registers a supplier; a caller that keeps its request id may send the request again. */
  private Supplier register(String id, String country, UUID requestId) {
    return call()
        .registerSupplier(
            prihvat.procurement.v1.Service.RegisterSupplierRequest.newBuilder()
                .setParent(operation)
                .setSupplierId(id)
                .setSupplier(Supplier.newBuilder().setDisplayName("Supplier " + id).setCountryCode(country))
                .setRequestId(requestId.toString())
                .build());
  }

  private void createAndRetry() {
    call()
        .createOperation(
            prihvat.procurement.v1.Service.CreateOperationRequest.newBuilder()
                .setName(operation)
                .setDisplayName("Example")
                .setTimeZone("Europe/Sarajevo")
                .setRequestId(UUID.randomUUID().toString())
                .build());
    UUID requestId = UUID.randomUUID();
    Supplier first = register("s-1", "BA", requestId);
    Supplier again = register("s-1", "BA", requestId); // as after a lost answer: one effect
    System.out.println("created " + first.getName());
    System.out.println("repeated " + again.getName() + (again.equals(first) ? " the same" : " another"));
    register("s-2", "DE", UUID.randomUUID());
    register("s-3", "DE", UUID.randomUUID());
  }

  private void pageThrough() {
    String token = "";
    do {
      var page =
          call()
              .listSuppliers(
                  prihvat.procurement.v1.Service.ListSuppliersRequest.newBuilder()
                      .setParent(operation)
                      .setPageSize(2)
                      .setPageToken(token)
                      .build());
      StringBuilder line = new StringBuilder("page");
      for (Supplier supplier : page.getSuppliersList()) {
        line.append(' ').append(supplier.getName().substring(supplier.getName().lastIndexOf('/') + 1));
      }
      System.out.println(line);
      token = page.getNextPageToken();
    } while (!token.isEmpty());
  }

  private void readAnError() throws InvalidProtocolBufferException {
    try {
      register("s-4", "Bosnia", UUID.randomUUID());
      throw new IllegalStateException("a country code that is none was accepted");
    } catch (StatusRuntimeException refusal) {
      TreeSet<String> told = new TreeSet<>(); // the reason, and the fields that are named
      for (var detail : StatusProto.fromThrowable(refusal).getDetailsList()) {
        if (detail.is(ErrorInfo.class)) {
          told.add(detail.unpack(ErrorInfo.class).getReason());
        } else if (detail.is(BadRequest.class)) {
          detail.unpack(BadRequest.class).getFieldViolationsList().forEach(bad -> told.add(bad.getField()));
        }
      }
      System.out.println("refused " + refusal.getStatus().getCode() + " " + String.join(" ", told));
    }
  }

  /** Follows the feed, loses the connection, and goes on where it was. */
  private void watch() {
    var taken = take(2, "");
    System.out.println("watched " + taken.size());
    var last = taken.get(taken.size() - 1);
    var more = take(2, last.getResumeToken());
    boolean gap = !more.get(0).getChange().getPreviousPosition().equals(last.getChange().getPosition());
    System.out.println("resumed " + more.size() + (gap ? " a gap" : " no gap"));
  }

  private List<prihvat.admin.v1.Service.WatchResponse> take(int count, String resumeToken) {
    var request =
        prihvat.admin.v1.Service.WatchRequest.newBuilder()
            .setOperation(operation)
            .setService("procurement")
            .setResumeToken(resumeToken)
            .build();
    List<prihvat.admin.v1.Service.WatchResponse> changes = new ArrayList<>();
    Context.CancellableContext connection = Context.current().withCancellation();
    connection.run(
        () -> {
          Iterator<prihvat.admin.v1.Service.WatchResponse> stream =
              feed.withDeadlineAfter(TIMEOUT_SECONDS, TimeUnit.SECONDS).watch(request);
          while (changes.size() < count) {
            var message = stream.next();
            if (message.hasChange()) { // else a heartbeat
              changes.add(message);
            }
          }
        });
    connection.cancel(null); // ends the stream
    return changes;
  }

  public static void main(String[] arguments) throws Exception {
    if (arguments.length != 2) {
      System.err.println("usage: Walk SERVER OPERATION");
      System.exit(2);
    }
    ManagedChannel channel = Grpc.newChannelBuilder(arguments[0], credentials()).build();
    try {
      Walk walk = new Walk(channel, arguments[1]);
      walk.createAndRetry();
      walk.pageThrough();
      walk.readAnError();
      walk.watch();
    } finally {
      channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
    }
  }
}
