package dev.nettystreams.netty;

/**
 * Has Netty accept one connection with each operation of io_uring. Its default, one operation for many connections,
 * loses two things: the address of a peer that has reset the connection by the time somebody asks the socket for it,
 * and the pauses, since Netty arms such an operation again when an error has ended it, whether reading is on or not.
 * Out of file descriptors, that was 104,664 log lines in 3 s.
 *
 * <p>Netty looks at the property once, when its class is loaded, for all of the process. A program that has set it, or
 * has used io_uring before, has its own way.
 */
final class UringAccepting {
    private static final String PROPERTY = "io.netty.iouring.acceptMultiShotEnabled";

    private UringAccepting() {}

    static void oneAtATime() {
        if (System.getProperty(PROPERTY) == null) {
            System.setProperty(PROPERTY, "false");
        }
    }
}
