package dev.nettystreams.netty;

import io.netty.channel.Channel;
import io.netty.channel.IoEvent;
import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoEvent;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.FileDescriptor;

/**
 * Keeps epoll channels working after the peer's EOF.
 *
 * <p>From 4.2.13 to at least 4.2.20, Netty's epoll registration removes a descriptor that wants no events (reading has
 * ended, nothing is queued) but does not record that. The next write that does not fit the socket buffer asks to modify
 * the descriptor, the kernel does not know it, and the write fails: a large reply after a peer's
 * FIN arrives incomplete. Requesting only "edge triggered" instead of no events keeps the registration, and costs no
 * wake-ups.
 *
 * <p>The kernel reports a reset to such a channel, but Netty then neither reads nor writes, and does not notice it. So
 * the streams are notified that an error is pending.
 */
final class EpollRegistrationFix extends ForwardingIoHandler {
    private EpollRegistrationFix(IoHandler wrapped) {
        super(wrapped);
    }

    static IoHandlerFactory around(IoHandlerFactory factory) {
        return around(factory, EpollRegistrationFix::new);
    }

    /** Notifies the streams of errors that the channel ignores. */
    @SuppressWarnings("try") // Netty's signature of close
    private record Handle(EpollIoHandle wrapped) implements EpollIoHandle {
        @Override
        public FileDescriptor fd() {
            return wrapped.fd();
        }

        @Override
        public void handle(IoRegistration registration, IoEvent event) {
            wrapped.handle(registration, event);
            if (event instanceof EpollIoEvent epollEvent
                    && epollEvent.ops().contains(EpollIoOps.EPOLLERR)
                    && wrapped instanceof Channel.Unsafe unsafe) {
                StreamChannelHandler.errorIsPending(unsafe.voidPromise().channel());
            }
        }

        @Override
        public void registered() {
            wrapped.registered();
        }

        @Override
        public void unregistered() {
            wrapped.unregistered();
        }

        @Override
        public void close() throws Exception {
            wrapped.close();
        }
    }

    private record Registration(IoRegistration wrapped) implements IoRegistration {
        @Override
        @SuppressWarnings("TypeParameterUnusedInFormals") // Netty's signature
        public <T> T attachment() {
            return wrapped.attachment();
        }

        @Override
        public long submit(IoOps ops) {
            boolean isNone = ops instanceof EpollIoOps epollOps && epollOps.value() == EpollIoOps.NONE.value();
            return wrapped.submit(isNone ? EpollIoOps.EPOLLET : ops);
        }

        @Override
        public boolean isValid() {
            return wrapped.isValid();
        }

        @Override
        public boolean cancel() {
            return wrapped.cancel();
        }
    }

    @Override
    public IoRegistration register(IoHandle handle) throws Exception {
        IoHandle told = handle instanceof EpollIoHandle epoll ? new Handle(epoll) : handle;
        return new Registration(super.register(told));
    }
}
