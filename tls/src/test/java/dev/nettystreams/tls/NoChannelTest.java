package dev.nettystreams.tls;

import static dev.nettystreams.netty.support.Wire.failureOf;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nettystreams.StreamBrokenException;
import dev.nettystreams.StreamClosedException;
import dev.nettystreams.StreamConnection;
import dev.nettystreams.netty.NettyStreams;
import dev.nettystreams.netty.support.BlockingThreadCount;
import dev.nettystreams.testing.ManualLoop;
import dev.nettystreams.testing.MemoryPair;
import dev.nettystreams.testing.MemoryStreams;
import java.io.ByteArrayOutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** TLS is for channels: other transports are refused in words, and nothing is sent in plaintext behind the refusal. */
class NoChannelTest {
    private static final String WORDS = "TLS needs a Netty channel, and this connection is over another transport: ";

    @RegisterExtension
    static final BlockingThreadCount THREADS = new BlockingThreadCount();

    @Test
    void blockingStreams_areRefused_andTheirThreadsEnd() throws Exception {
        ByteArrayOutputStream sent = new ByteArrayOutputStream();
        try (NettyStreams streams = NettyStreams.create();
                PipedInputStream in = new PipedInputStream(new PipedOutputStream())) {
            StreamConnection connection = streams.overBlocking(in, sent);
            Throwable refusal =
                    failureOf(connection.writer().startTls(Tls.client().upgrade("localhost")));
            assertThat(refusal).isInstanceOf(SSLException.class).hasMessageStartingWith(WORDS + "pair-");
            assertThatThrownBy(() -> connection.writer().write("secret".getBytes(US_ASCII)))
                    .isInstanceOf(StreamClosedException.class);
            THREADS.awaitNone();
        }
        assertThat(sent.size()).isZero();
    }

    @Test
    void streamsInMemory_areRefused() throws Exception {
        ManualLoop loop = new ManualLoop();
        MemoryPair pair = MemoryStreams.pair(loop);
        CompletableFuture<?> upgrade =
                pair.near().writer().startTls(Tls.client().upgrade("localhost"));
        CompletableFuture<byte[]> received = pair.far().reader().read(1);
        loop.runReady();
        assertThat(upgrade).isCompletedExceptionally();
        assertThat(failureOf(upgrade)).hasMessageStartingWith(WORDS);
        assertThat(received).isCompletedExceptionally();
        assertThat(failureOf(received)).isInstanceOf(StreamBrokenException.class);
    }
}
