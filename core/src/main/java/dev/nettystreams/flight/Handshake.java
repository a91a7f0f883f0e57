package dev.nettystreams.flight;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;
import org.jspecify.annotations.Nullable;

/** A run of {@code startTls}: the sending of the last plaintext, and the handshake. */
@Name("dev.nettystreams.Handshake")
@Label("Handshake")
@Description("TLS was established, or was not: from the call of startTls to its outcome")
@Category({ConnectionEvent.GROUP, "Connections"})
final class Handshake extends ConnectionEvent implements HandshakeSpan {
    private static final Handshake SWITCH = new Handshake();

    @Label("Engine")
    @Description("The implementation of TLS")
    @Nullable
    String engine;

    @Label("Protocol")
    @Nullable
    String protocol;

    @Label("Cipher Suite")
    @Nullable
    String cipherSuite;

    @Label("Application Protocol")
    @Description("The protocol that ALPN selected")
    @Nullable
    String applicationProtocol;

    @Label("Resumed")
    @Description("Whether the session resumes an earlier one")
    boolean resumed;

    @Label("Outcome")
    @Nullable
    String outcome;

    static boolean isOn() {
        return SWITCH.isEnabled();
    }

    static HandshakeSpan begun(String engine) {
        Handshake event = new Handshake();
        event.engine = engine;
        event.begin();
        return event;
    }

    @Override
    public void negotiated(String version, String suite, @Nullable String selectedProtocol, boolean isReused) {
        protocol = version;
        cipherSuite = suite;
        applicationProtocol = BoundedText.of(selectedProtocol);
        resumed = isReused;
    }

    @Override
    public void finish(Recorded connection, String how) {
        end();
        if (shouldCommit()) {
            describe(connection);
            outcome = BoundedText.of(how);
            commit();
        }
    }
}
