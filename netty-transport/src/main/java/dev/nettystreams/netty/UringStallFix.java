package dev.nettystreams.netty;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.uring.IoUringIoEvent;
import io.netty.channel.uring.IoUringIoHandle;
import io.netty.channel.uring.IoUringSocketChannel;
import io.netty.util.UncheckedBooleanSupplier;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Keeps io_uring channels going where Netty 4.2 waits for events that it has had.
 *
 * <p><b>Input.</b> The peer's last bytes and its reset, come together, are told as "readable" and "has ended", once each. Netty reads the
 * bytes, learns that the socket is empty, and waits for "readable" again: the reset is never seen, and the connection stays for ever. (An end
 * in good order counts as something to be read, and is seen.) So when a channel that has been told "has ended" stops reading, it is made to
 * read once more.
 *
 * <p><b>Output.</b> A write that does not fit the socket buffer makes Netty wait for "writable". The kernel adds "has ended" to every such
 * wait, which after the peer's EOF therefore ends at once and without the bit that Netty looks for. So while such a channel has something
 * queued, the missing event is given to it from time to time: often at first, and rarely when the peer reads nothing. Netty tries to write
 * again, and if there is still no room all is as before.
 *
 * <p><b>Resets.</b> One that comes while reading is paused, behind much that is unread, is missed now and then, and one
 * behind the peer's end always: Netty has had its one event by then. So the kernel is asked for the connection's state
 * meanwhile, once a second; where there is none any more, the streams are told, and what is unread is read, to the
 * error at its end.
 *
 * <p>Confined to the channel's loop.
 */
final class UringStallFix {
    private static final byte POLL_ADD = 6; // of the kernel's operations
    private static final int POLLIN = 1;
    private static final int POLLOUT = 4;
    private static final int MORE = 2; // of a completion's flags: the wait goes on
    private static final int TCP_CLOSE = 7; // of the kernel's states: neither side is there any more
    private static final long LOOK_SECONDS = 1;
    private static final long FIRST_WAIT_MILLIS = 1;
    private static final long LONGEST_WAIT_MILLIS = 64;

    /** Closing goes over the channel's own registration, never over an event of ours. */
    private static final IoRegistration NONE = new IoRegistration() {
        @Override
        @SuppressWarnings({"TypeParameterUnusedInFormals", "NullAway"}) // Netty's signature
        public <T> T attachment() {
            return null;
        }

        @Override
        public long submit(IoOps ops) {
            return 0;
        }

        @Override
        public boolean isValid() {
            return false;
        }

        @Override
        public boolean cancel() {
            return false;
        }
    };

    private final Channel channel;
    private final IoUringIoHandle handle;
    private final Runnable onReset;
    private @Nullable Future<?> looks;
    private boolean isResetPossible;
    private boolean isDraining;
    private boolean isReadingOn;
    private boolean isWatching;
    private long remaining;
    private long waitMillis;

    private UringStallFix(Channel channel, IoUringIoHandle handle, Runnable onReset) {
        this.channel = channel;
        this.handle = handle;
        this.onReset = onReset;
    }

    /**
     * For a channel of io_uring; null for any other.
     *
     * @param onReset told of a connection that is there no more, while {@linkplain #watchForReset watching}
     */
    static @Nullable UringStallFix of(Channel channel, Runnable onReset) {
        return IoBackend.readsAhead(channel.eventLoop()) && channel.unsafe() instanceof IoUringIoHandle handle
                ? new UringStallFix(channel, handle, onReset)
                : null;
    }

    /** To be called when reading has been paused, and when the peer has ended. */
    void watchForReset() {
        isResetPossible = true;
        if (looks == null && !isDraining) {
            looks = channel.eventLoop()
                    .scheduleAtFixedRate(this::lookForReset, LOOK_SECONDS, LOOK_SECONDS, TimeUnit.SECONDS);
        }
    }

    /**
     * To be called when reading goes on, and when the channel is gone. The timer stays until it finds that nobody needs
     * it: reading may be paused again many times in a second.
     */
    void stopWatchingForReset() {
        isResetPossible = false;
    }

    private void lookForReset() {
        if (!isResetPossible || !channel.isActive()) {
            endLooks();
        } else if (isGone()) {
            endLooks();
            isDraining = true;
            onReset.run();
            channel.read();
        }
    }

    private void endLooks() {
        if (looks != null) {
            looks.cancel(false);
            looks = null;
        }
    }

    private boolean isGone() {
        try {
            return channel instanceof IoUringSocketChannel socket
                    && socket.tcpInfo().state() == TCP_CLOSE;
        } catch (RuntimeException e) {
            return false; // closed meanwhile
        }
    }

    /** To be called whenever the channel has stopped reading for now. */
    void readCompleted() {
        if (isDraining && channel.isActive()) {
            channel.eventLoop().execute(channel::read);
        }
        if (!isReadingOn && hasBeenToldOfTheEnd()) {
            isReadingOn = true;
            channel.eventLoop().execute(() -> {
                isReadingOn = false;
                if (channel.isActive()) {
                    handle.handle(NONE, new IoUringIoEvent(POLLIN, MORE, POLL_ADD, 0L));
                }
            });
        }
    }

    /** What Netty's handle keeps to itself: it says "go on reading" although it is told that nothing is there. */
    private boolean hasBeenToldOfTheEnd() {
        return channel.unsafe().recvBufAllocHandle() instanceof RecvByteBufAllocator.ExtendedHandle received
                && received.continueReading(UncheckedBooleanSupplier.FALSE_SUPPLIER);
    }

    /** To be called when the peer has ended its output, and after each flush from then on. */
    void watchOutput() {
        long queued = queuedByteCount();
        remaining = queued;
        waitMillis = FIRST_WAIT_MILLIS;
        if (!isWatching && queued > 0) {
            isWatching = true;
            lookLater();
        }
    }

    private void lookLater() {
        channel.eventLoop().schedule(this::look, waitMillis, TimeUnit.MILLISECONDS);
    }

    private void look() {
        long queued = queuedByteCount();
        if (queued == 0 || !channel.isActive()) {
            isWatching = false;
            return;
        }
        waitMillis = queued < remaining ? FIRST_WAIT_MILLIS : Math.min(waitMillis * 2, LONGEST_WAIT_MILLIS);
        remaining = queued;
        handle.handle(NONE, new IoUringIoEvent(POLLOUT, 0, POLL_ADD, 0L));
        lookLater();
    }

    private long queuedByteCount() {
        ChannelOutboundBuffer queued = channel.unsafe().outboundBuffer();
        return queued == null || queued.isEmpty() ? 0 : queued.totalPendingWriteBytes() - queued.currentProgress();
    }
}
