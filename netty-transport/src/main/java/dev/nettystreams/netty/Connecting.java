package dev.nettystreams.netty;

import dev.nettystreams.StreamClosedException;
import dev.nettystreams.StreamConnection;
import dev.nettystreams.StreamLimits;
import dev.nettystreams.TlsSession;
import dev.nettystreams.TlsUpgrade;
import dev.nettystreams.spi.CancelForwarding;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Opens connections to hosts and to Unix sockets, in clear or with TLS from the first byte, and named pipes.
 *
 * @param loops the loops whose close also closes the connections
 */
record Connecting(Loops loops, StreamLimits limits) {
    CompletableFuture<StreamConnection> toHost(String host, int port, ConnectOptions options) {
        if (Objects.requireNonNull(host, "host").isEmpty()) { // asyncio connects to the loopback address then
            throw new IllegalArgumentException("host is empty");
        }
        Objects.requireNonNull(options, "options");
        Serving.requirePort(port, 1);
        String target = NameResolution.printable(host) + ":" + port + from(options.localAddress());
        AddressRace race = race(loops, loops.channels().tcp(), options, target);
        if (!race.result().isDone()) { // these streams may be closed
            race.start(NameResolution.toConnectTo(host, port, options, NameLookups.SYSTEM));
        }
        TlsUpgrade tls = options.tls();
        return tls == null ? race.result() : secured(race.result(), tls.towards(host, port));
    }

    /** For messages: an address that cannot be bound is the program's own, and the system names none or the target. */
    private static String from(@Nullable InetSocketAddress local) {
        if (local == null) {
            return "";
        }
        String address = NameResolution.printable(local.getAddress().getHostAddress());
        return " from " + address + (local.getPort() == 0 ? "" : ":" + local.getPort());
    }

    CompletableFuture<StreamConnection> toUnix(UnixPath path, ConnectOptions options) {
        Objects.requireNonNull(options, "options").requireNoneOfTcp();
        return loops.onUnixSocket(path, (address, unix) -> {
            AddressRace race = race(unix, unix.unixChannels(), options, "unix:" + path);
            race.start(List.of(address));
            TlsUpgrade tls = options.tls();
            return tls == null ? race.result() : secured(race.result(), tls);
        });
    }

    CompletableFuture<StreamConnection> toPipe(Path path, PipeOpening.Mode mode, Duration timeout) {
        Objects.requireNonNull(path, "path");
        if (timeout.isNegative() || timeout.isZero()) {
            throw new IllegalArgumentException("timeout <= 0: " + timeout);
        }
        PipeOpening opening = new PipeOpening(new BlockingStreams(loops, limits), path, mode);
        loops.addOpening(opening.outcome());
        opening.begin(timeout);
        return opening.outcome();
    }

    private AddressRace race(
            Loops on, ChannelFactory<? extends Channel> channels, ConnectOptions options, String target) {
        AddressRace race = new AddressRace(on.group.next(), channels, limits, options, target);
        race.result().whenComplete((connection, failure) -> {
            if (connection != null) {
                loops.addConnection(connection);
            }
        });
        loops.addOpening(race.result());
        race.begin();
        return race;
    }

    /** Ends the connection if the caller cancels or the handshake fails. */
    private static CompletableFuture<StreamConnection> secured(
            CompletableFuture<StreamConnection> opening, TlsUpgrade tls) {
        CompletableFuture<StreamConnection> secured = new CompletableFuture<>();
        CancelForwarding cancellation = new CancelForwarding();
        cancellation.to(opening).whenComplete((connection, failure) -> {
            if (failure == null) {
                secure(connection, tls, secured, cancellation);
            } else {
                secured.completeExceptionally(failure);
            }
        });
        secured.whenComplete((connection, calledOff) -> cancellation.cancel(false));
        return secured;
    }

    private static void secure(
            StreamConnection connection,
            TlsUpgrade tls,
            CompletableFuture<StreamConnection> secured,
            CancelForwarding cancellation) {
        CompletableFuture<TlsSession> handshake;
        try {
            handshake = cancellation.to(connection.writer().startTls(tls));
        } catch (StreamClosedException e) { // these streams were closed meanwhile
            secured.completeExceptionally(new IOException("these streams are closed", e));
            return;
        } catch (Throwable e) { // a stage discards an exception of its action
            connection.abort();
            secured.completeExceptionally(e);
            return;
        }
        handshake.whenComplete((session, refusal) -> {
            if (refusal != null) {
                secured.completeExceptionally(refusal);
            } else if (!secured.complete(connection)) {
                connection.abort();
            }
        });
    }
}
