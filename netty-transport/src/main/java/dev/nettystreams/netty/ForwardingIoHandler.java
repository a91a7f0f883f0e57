package dev.nettystreams.netty;

import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoRegistration;
import io.netty.util.concurrent.ThreadAwareExecutor;
import java.util.function.UnaryOperator;

/** Forwards every call to Netty's own I/O handler of a loop; subclasses override the calls that they change. */
class ForwardingIoHandler implements IoHandler {
    private final IoHandler wrapped;

    ForwardingIoHandler(IoHandler wrapped) {
        this.wrapped = wrapped;
    }

    /** Returns a factory whose handlers are wrapped. */
    static IoHandlerFactory around(IoHandlerFactory factory, UnaryOperator<IoHandler> wrapping) {
        return new IoHandlerFactory() {
            @Override
            public IoHandler newHandler(ThreadAwareExecutor executor) {
                return wrapping.apply(factory.newHandler(executor));
            }

            @Override
            public boolean isChangingThreadSupported() {
                return factory.isChangingThreadSupported();
            }
        };
    }

    @Override
    public IoRegistration register(IoHandle handle) throws Exception {
        return wrapped.register(handle);
    }

    @Override
    public void initialize() {
        wrapped.initialize();
    }

    @Override
    public int run(IoHandlerContext context) {
        return wrapped.run(context);
    }

    @Override
    public void prepareToDestroy() {
        wrapped.prepareToDestroy();
    }

    @Override
    public void destroy() {
        wrapped.destroy();
    }

    @Override
    public void wakeup() {
        wrapped.wakeup();
    }

    @Override
    public boolean isCompatible(Class<? extends IoHandle> handleType) {
        return wrapped.isCompatible(handleType);
    }
}
