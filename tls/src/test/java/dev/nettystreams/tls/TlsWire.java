package dev.nettystreams.tls;

import dev.nettystreams.netty.IoBackend;
import dev.nettystreams.netty.NettyStreams;
import dev.nettystreams.netty.support.Wire;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** The wire of a test: an engine, and the wire that carries its records. */
record TlsWire(TlsEngine engine, Wire wire) {
    static Stream<TlsWire> all() {
        return over(Wire.all().toList());
    }

    static Stream<TlsWire> tcp() {
        return over(Wire.tcp().toList());
    }

    /** Returns one wire for each engine. */
    static Stream<TlsWire> perEngine() {
        return over(List.of(new Wire(IoBackend.best(), false)));
    }

    private static Stream<TlsWire> over(List<Wire> wires) {
        return Arrays.stream(TlsEngine.values())
                .filter(TlsEngine::isAvailable)
                .flatMap(engine -> wires.stream().map(wire -> new TlsWire(engine, wire)));
    }

    IoBackend backend() {
        return wire.backend();
    }

    boolean isUnix() {
        return wire.isUnix();
    }

    /** Returns whether one side may end its output and read on. */
    boolean hasHalfClose(String version) {
        return engine == TlsEngine.JDK && version.equals("TLSv1.3");
    }

    TlsClient client() {
        return Tls.client().engine(engine).trusting(TlsTrust.certificates(Certificates.ROOT.getCertificate()));
    }

    TlsServer server() {
        return Tls.server(Certificates.identity(Certificates.LOCALHOST)).engine(engine);
    }

    /** Connects a pair in plaintext. */
    Wire.Pair pair(NettyStreams streams) throws Exception {
        return wire.pair(streams);
    }

    /** Connects a pair under TLS, with startTls. */
    Wire.Pair securePair(NettyStreams streams) throws Exception {
        return securePair(streams, server());
    }

    /** The same, in one version of TLS. */
    Wire.Pair securePair(NettyStreams streams, String version) throws Exception {
        return securePair(streams, server().protocols(version));
    }

    private Wire.Pair securePair(NettyStreams streams, TlsServer server) throws Exception {
        Wire.Pair pair = wire.pair(streams);
        pair.startTls(client().upgrade("localhost"), server);
        return pair;
    }

    /** The code of a test, which gets both ends. */
    @FunctionalInterface
    interface Script {
        void play(Wire.Pair pair) throws Exception;
    }

    /** The code of a test, which gets both ends and their TLS version. */
    @FunctionalInterface
    interface VersionScript {
        void play(Wire.Pair pair, String version) throws Exception;
    }

    void playSecured(Script script) throws Exception {
        try (NettyStreams streams = NettyStreams.create(backend())) {
            script.play(securePair(streams));
        }
    }

    void playInEachVersion(VersionScript script) throws Exception {
        for (String version : TlsPeer.VERSIONS) {
            try (NettyStreams streams = NettyStreams.create(backend())) {
                script.play(securePair(streams, version), version);
            }
        }
    }

    @Override
    public String toString() {
        return engine + " " + wire;
    }
}
