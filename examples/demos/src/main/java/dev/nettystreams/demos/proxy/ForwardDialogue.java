package dev.nettystreams.demos.proxy;

import dev.nettystreams.IncompleteReadException;
import dev.nettystreams.StreamReader;
import dev.nettystreams.StreamWriter;
import dev.nettystreams.demos.Dialogue;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One client of the forward proxy. The first byte tells SOCKS from HTTP.
 *
 * <pre>
 *   FIRST_BYTE --> REQUEST --complete--> CONNECTION --open, granted--> RELAY --> the end
 *                     \--refused-----------\--failed--> the answer, then the end
 * </pre>
 */
final class ForwardDialogue implements Dialogue {
    /** For the whole request; a client with more to say would hold a connection for as long as it likes. */
    private static final int REQUEST_TIMEOUT_SECONDS = 30;

    private static final CompletableFuture<Void> OVER = CompletableFuture.completedFuture(null);

    private enum Step {
        FIRST_BYTE,
        REQUEST,
        CONNECTION,
        RELAY
    }

    private final StreamReader reader;
    private final StreamWriter writer;
    private final Function<Destination, ProxyDialogue> relays;
    private final long beginNanos = System.nanoTime();

    private Step step = Step.FIRST_BYTE;
    private @Nullable ClientRequest request;
    private @Nullable ProxyDialogue relay;

    /** @param relays makes the dialogue that connects to a destination and relays */
    ForwardDialogue(StreamReader reader, StreamWriter writer, Function<Destination, ProxyDialogue> relays) {
        this.reader = reader;
        this.writer = writer;
        this.relays = relays;
    }

    @Override
    public CompletableFuture<byte[]> read() {
        return switch (step) {
            case FIRST_BYTE -> inTime(reader.readExactly(1));
            case REQUEST -> inTime(Objects.requireNonNull(request).read(reader));
            case CONNECTION, RELAY -> Objects.requireNonNull(relay).read();
        };
    }

    private CompletableFuture<byte[]> inTime(CompletableFuture<byte[]> read) {
        long restNanos = TimeUnit.SECONDS.toNanos(REQUEST_TIMEOUT_SECONDS) - (System.nanoTime() - beginNanos);
        return read.isDone() ? read : read.orTimeout(Math.max(1, restNanos), TimeUnit.NANOSECONDS);
    }

    @Override
    public boolean isWaitingForPeer() {
        return step == Step.FIRST_BYTE || step == Step.REQUEST;
    }

    @Override
    public Then accept(byte[] input) {
        return switch (step) {
            case FIRST_BYTE -> begin(input[0]);
            case REQUEST -> accept(Objects.requireNonNull(request), input);
            case CONNECTION -> {
                step = Step.RELAY;
                writer.write(Objects.requireNonNull(request)
                        .granted(Objects.requireNonNull(relay).localAddress()));
                yield Objects.requireNonNull(relay).accept(input);
            }
            case RELAY -> Objects.requireNonNull(relay).accept(input);
        };
    }

    private Then begin(byte first) {
        request = first == SocksRequest.VERSION ? new SocksRequest() : new ConnectRequest(first);
        step = Step.REQUEST;
        return Then.READ_ON;
    }

    private Then accept(ClientRequest wish, byte[] part) {
        ClientRequest.Step next = wish.accept(part, writer);
        if (next == ClientRequest.Step.CONNECT) {
            relay = relays.apply(wish.destination());
            step = Step.CONNECTION;
        }
        return next == ClientRequest.Step.END ? Then.END : Then.READ_ON;
    }

    /** A client that leaves, or stalls, before it has asked for anything is no failure of this server's. */
    @Override
    public CompletionStage<?> failed(Throwable failure) {
        if (step == Step.RELAY) {
            return Objects.requireNonNull(relay).failed(failure);
        }
        boolean isOfClient = failure instanceof IncompleteReadException || failure instanceof TimeoutException;
        if (request != null && !isOfClient && !writer.isClosing()) {
            writer.write(request.refused(failure));
        }
        return OVER;
    }
}
