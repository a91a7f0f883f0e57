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
 * Keeps io_uring channels going where Netty 4.2 waits for an event that has already occurred.
 *
 * <p><b>Input.</b> If the peer's last bytes and its reset arrive together, the kernel reports "readable" and "has
 * ended" once each. Netty reads the bytes, finds the socket empty, and waits for "readable" again: it never sees the
 * reset, and the connection stays open for ever. (An orderly end counts as readable, so Netty sees it.) Therefore, when
 * a channel that has got "has ended" stops reading, this class makes it read once more.
 *
 * <p><b>Output.</b> After a write that does not fit the socket buffer, Netty waits for "writable". The kernel adds "has
 * ended" to every such wait. After the peer's EOF the wait therefore ends at once, without the bit that Netty checks.
 * While such a channel has bytes queued, this class delivers the missing event from time to time: often at first, and
 * rarely if the peer does not read. Netty then tries to write again, and if there is still no room, nothing changes.
 *
 * <p><b>Resets.</b> Netty sometimes misses a reset that arrives while reading is paused behind many unread bytes, and
 * always misses one after the peer's end: it has had its one event by then. In both situations this class asks the
 * kernel for the connection's state once a second. If the connection is gone, it notifies the streams and reads the
 * unread bytes, up to the error after them.
 *
 * <p>Confined to the channel's loop.
 */
final class UringStallFix {
    private static final byte POLL_ADD = 6; // an operation of the kernel
    private static final int POLLIN = 1;
    private static final int POLLOUT = 4;
    private static final int MORE = 2; // a completion flag: the wait goes on
    private static final int TCP_CLOSE = 7; // a TCP state of the kernel: the connection is gone
    private static final long LOOK_SECONDS = 1;
    private static final long FIRST_WAIT_MILLIS = 1;
    private static final long LONGEST_WAIT_MILLIS = 64;

    /** Closing uses the channel's own registration, never an event of ours. */
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
     * Returns a fix for a channel of io_uring, or null for any other channel.
     *
     * @param onReset called when the connection is gone, while {@linkplain #watchForReset watching}
     */
    static @Nullable UringStallFix of(Channel channel, Runnable onReset) {
        return IoBackend.readsAhead(channel.eventLoop()) && channel.unsafe() instanceof IoUringIoHandle handle
                ? new UringStallFix(channel, handle, onReset)
                : null;
    }

    /** Called when reading has been paused, and when the peer has ended its output. */
    void watchForReset() {
        isResetPossible = true;
        if (looks == null && !isDraining) {
            looks = channel.eventLoop()
                    .scheduleAtFixedRate(this::lookForReset, LOOK_SECONDS, LOOK_SECONDS, TimeUnit.SECONDS);
        }
    }

    /**
     * Called when reading goes on, and when the channel is gone. The timer goes on until it finds that it is not
     * needed: reading may be paused again many times in a second.
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

    /** Called whenever the channel has stopped reading for now. */
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

    /**
     * Reads private state of Netty's handle: after "has ended" it wants to go on reading even if there is no more data.
     */
    private boolean hasBeenToldOfTheEnd() {
        return channel.unsafe().recvBufAllocHandle() instanceof RecvByteBufAllocator.ExtendedHandle received
                && received.continueReading(UncheckedBooleanSupplier.FALSE_SUPPLIER);
    }

    /** Called when the peer has ended its output, and after each flush from then on. */
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
