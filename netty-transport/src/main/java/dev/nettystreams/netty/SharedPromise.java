package dev.nettystreams.netty;

import io.netty.channel.Channel;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultChannelPromise;
import io.netty.util.concurrent.AbstractFuture;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.GenericFutureListener;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One promise for many writes of a channel. Like Netty's void promise it costs no allocation; unlike it, it reports the
 * outcome of each write. It is never done itself and cannot be awaited; a handler that needs to wait calls
 * {@link #unvoid}.
 *
 * <p>Confined to the channel's event loop.
 */
abstract class SharedPromise extends AbstractFuture<Void> implements ChannelPromise {
    private final Channel channel;

    SharedPromise(Channel channel) {
        this.channel = channel;
    }

    /** One write was sent. */
    abstract void succeeded();

    /** One write was lost. */
    abstract void failed(Throwable cause);

    @Override
    public ChannelPromise unvoid() {
        DefaultChannelPromise promise = new DefaultChannelPromise(channel);
        promise.addListener(write -> {
            if (write.isSuccess()) {
                succeeded();
            } else {
                failed(write.cause());
            }
        });
        return promise;
    }

    @Override
    public boolean trySuccess() {
        succeeded();
        return true;
    }

    @Override
    public boolean trySuccess(@Nullable Void result) {
        return trySuccess();
    }

    @Override
    public ChannelPromise setSuccess() {
        succeeded();
        return this;
    }

    @Override
    public ChannelPromise setSuccess(@Nullable Void result) {
        return setSuccess();
    }

    @Override
    public boolean tryFailure(Throwable cause) {
        failed(cause);
        return true;
    }

    @Override
    public ChannelPromise setFailure(Throwable cause) {
        failed(cause);
        return this;
    }

    @Override
    public Channel channel() {
        return channel;
    }

    @Override
    public boolean isVoid() {
        return true;
    }

    @Override
    public boolean setUncancellable() {
        return true;
    }

    @Override
    public boolean isCancellable() {
        return false;
    }

    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
        return false;
    }

    @Override
    public boolean isCancelled() {
        return false;
    }

    @Override
    public boolean isDone() {
        return false;
    }

    @Override
    public boolean isSuccess() {
        return false;
    }

    @Override
    @SuppressWarnings("NullAway") // as in Netty: not done
    public Throwable cause() {
        return null;
    }

    @Override
    @SuppressWarnings("NullAway") // as in Netty: not done
    public Void getNow() {
        return null;
    }

    // ---- operations that need a promise of one write

    private static UnsupportedOperationException refusal() {
        return new UnsupportedOperationException("a promise of many writes: call unvoid() for a promise of one write");
    }

    @Override
    public ChannelPromise addListener(GenericFutureListener<? extends Future<? super Void>> listener) {
        throw refusal();
    }

    @Override
    @SuppressWarnings("unchecked")
    public ChannelPromise addListeners(GenericFutureListener<? extends Future<? super Void>>... listeners) {
        throw refusal();
    }

    @Override
    public ChannelPromise removeListener(GenericFutureListener<? extends Future<? super Void>> listener) {
        return this;
    }

    @Override
    @SuppressWarnings("unchecked")
    public ChannelPromise removeListeners(GenericFutureListener<? extends Future<? super Void>>... listeners) {
        return this;
    }

    @Override
    public ChannelPromise await() {
        throw refusal();
    }

    @Override
    public boolean await(long timeout, TimeUnit unit) {
        throw refusal();
    }

    @Override
    public boolean await(long timeoutMillis) {
        throw refusal();
    }

    @Override
    public ChannelPromise awaitUninterruptibly() {
        throw refusal();
    }

    @Override
    public boolean awaitUninterruptibly(long timeout, TimeUnit unit) {
        throw refusal();
    }

    @Override
    public boolean awaitUninterruptibly(long timeoutMillis) {
        throw refusal();
    }

    @Override
    public ChannelPromise sync() {
        throw refusal();
    }

    @Override
    public ChannelPromise syncUninterruptibly() {
        throw refusal();
    }
}
