package dev.nettystreams.netty;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nettystreams.netty.support.NoLeaks;
import dev.nettystreams.spi.Chunk;
import dev.nettystreams.spi.TransportEvents;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** C5: a received buffer is released once, whatever the streams do with it. The channel is an embedded one. */
@ExtendWith(NoLeaks.class)
class ReceivedBufferTest {
    /** A receiver that treats a chunk as the test says. */
    private static final class Receiver implements TransportEvents {
        final List<Chunk> chunks = new ArrayList<>();
        final Consumer<Chunk> each;

        Receiver(Consumer<Chunk> each) {
            this.each = each;
        }

        @Override
        public void dataReceived(Chunk chunk) {
            chunks.add(chunk);
            each.accept(chunk);
        }

        @Override
        public void turnEnded() {}

        @Override
        public void eofReceived() {}

        @Override
        public void writable() {}

        @Override
        public void flushed(long ticket) {}

        @Override
        public void outputFinished() {}

        @Override
        public void outputFailed(Throwable cause) {}

        @Override
        public void connectionLost(@Nullable Throwable cause) {}
    }

    /** A transport without streams: its exceptions reach the caller. */
    private static final class Bare extends ChannelInboundHandlerAdapter {
        @Nullable
        ChannelTransport transport;

        @Override
        public void handlerAdded(ChannelHandlerContext context) {
            transport = new ChannelTransport(context, IdleTimeouts.NONE);
        }
    }

    private final List<EmbeddedChannel> channels = new ArrayList<>();

    @AfterEach
    void close() {
        channels.forEach(EmbeddedChannel::finishAndReleaseAll);
    }

    private ChannelTransport transport() {
        Bare handler = new Bare();
        channels.add(new EmbeddedChannel(handler));
        ChannelTransport made = handler.transport;
        if (made == null) {
            throw new AssertionError("the handler was not added");
        }
        return made;
    }

    private static ByteBuf buffer(String text) {
        return ByteBufAllocator.DEFAULT.buffer().writeBytes(text.getBytes(US_ASCII));
    }

    @Test
    void bufferOfAnEventThatThrows_isReleased_andGoneFromTheChunk() {
        for (Throwable thrown : List.of(new IllegalStateException("a bug"), new OutOfMemoryError("for the test"))) {
            Receiver receiver = new Receiver(chunk -> {
                chunk.skip(1);
                throwAny(thrown);
            });
            ChannelTransport transport = transport();
            transport.start(receiver, 64, 16);
            ByteBuf buffer = buffer("received");
            assertThatThrownBy(() -> transport.onRead(buffer)).isSameAs(thrown);
            assertThat(buffer.refCnt()).isZero();
            assertThat(receiver.chunks).hasSize(1);
            assertThat(receiver.chunks.get(0).remaining()).isZero();
        }
    }

    @SuppressWarnings("unchecked")
    private static <X extends Throwable> void throwAny(Throwable thrown) throws X {
        throw (X) thrown;
    }

    @Test
    void bufferThatIsTakenWhollyPartlyOrNotAtAll_isReleased() {
        List<Consumer<Chunk>> uses = List.of(
                chunk -> chunk.take(new byte[8], 0, 8),
                chunk -> chunk.take(new byte[8], 0, 3),
                chunk -> chunk.skip(8),
                chunk -> {});
        for (Consumer<Chunk> use : uses) {
            Receiver receiver = new Receiver(use);
            ChannelTransport transport = transport();
            transport.start(receiver, 64, 16);
            ByteBuf buffer = buffer("received");
            transport.onRead(buffer);
            assertThat(buffer.refCnt()).isZero();
            assertThat(receiver.chunks.get(0).remaining()).isZero();
        }
    }

    @Test
    void emptyBuffer_andOneBeforeTheStart_areReleased_andToldToNobody() {
        Receiver receiver = new Receiver(chunk -> {});
        ChannelTransport transport = transport();
        ByteBuf early = buffer("early");
        transport.onRead(early);
        assertThat(early.refCnt()).isZero();
        transport.start(receiver, 64, 16);
        ByteBuf empty = buffer("");
        transport.onRead(empty);
        assertThat(empty.refCnt()).isZero();
        assertThat(receiver.chunks).isEmpty();
    }
}
