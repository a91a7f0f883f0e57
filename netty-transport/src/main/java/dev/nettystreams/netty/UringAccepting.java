package dev.nettystreams.netty;

/**
 * Makes Netty accept one connection per io_uring operation. Its default, one operation for many connections, has two
 * defects. The address of a peer is lost if the peer has reset the connection before the socket is asked for it. Pauses
 * are lost, because Netty re-arms such an operation after an error, whether or not reading is on: out of file
 * descriptors, that was 104,664 log lines in 3 s.
 *
 * <p>Netty reads the property once, when its class is loaded, for the whole process. A program that has set the
 * property, or has used io_uring before, keeps its own setting.
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
