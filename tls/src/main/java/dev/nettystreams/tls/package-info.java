/**
 * TLS for the streams: from the first byte, or in the middle of a connection by {@code startTls}.
 *
 * <h2>The idea</h2>
 *
 * {@link dev.nettystreams.tls.Tls} creates the two roles. A {@link dev.nettystreams.tls.TlsClient} or a
 * {@link dev.nettystreams.tls.TlsServer} is an argument of {@code openConnection}, {@code startServer} or
 * {@code startTls}; the same readers and writers then carry the protected bytes. Netty's handler does the cryptography,
 * on BoringSSL if it is present and on the JDK's engine otherwise. This package decides what is trusted, when plaintext
 * ends, and what an end of the connection means.
 *
 * <h2>A program</h2>
 *
 * A server and a client switch to TLS after a line in clear. {@code chain.pem}, {@code key.pem} and {@code root.pem}
 * are a certificate for {@code localhost}, its key, and the root that the client trusts.
 *
 * <pre>{@code
 * TlsServer secured = Tls.server(Path.of("chain.pem"), Path.of("key.pem")); // once: it reads the files
 * TlsClient trusting = Tls.client().trusting(TlsTrust.pem(Path.of("root.pem")));
 *
 * StreamServer server = await(streams.startServer((reader, writer) -> {
 *     await(reader.readLine()); // STARTTLS
 *     await(writer.startTls(secured, "220 go ahead\r\n".getBytes(US_ASCII)));
 *     writer.write("welcome\n", UTF_8);
 *     await(reader.read(1)); // the client's end
 * }, "127.0.0.1", 0));
 *
 * try (StreamConnection client = await(streams.openConnection("127.0.0.1", server.port()))) {
 *     client.writer().write("STARTTLS\r\n", US_ASCII);
 *     System.out.println(await(client.reader().text(US_ASCII).readLine()));
 *     TlsSession session = await(client.writer().startTls(trusting.upgrade("localhost")));
 *     System.out.println(session.protocol() + ": " + await(client.reader().text(UTF_8).readLine()));
 * }
 * server.close();
 * // prints: 220 go ahead
 * // prints: TLSv1.3: welcome
 * }</pre>
 *
 * <h2>Main types</h2>
 *
 * <ul>
 *   <li>{@link dev.nettystreams.tls.Tls}: the entry point.
 *   <li>{@link dev.nettystreams.tls.TlsClient}, {@link dev.nettystreams.tls.TlsServer}: the roles and their settings:
 *       protocols, ALPN, client certificates, keys by host name, timeouts.
 *   <li>{@link dev.nettystreams.tls.TlsTrust}, {@link dev.nettystreams.tls.TlsIdentity}: trusted roots; a certificate
 *       with its key. From PEM files, key stores or objects.
 *   <li>{@link dev.nettystreams.tls.TlsEngine}: BoringSSL or the JDK's engine.
 *   <li>{@link dev.nettystreams.TlsSession}: the outcome of a handshake.
 * </ul>
 *
 * <h2>Rules</h2>
 *
 * <ul>
 *   <li><b>Trust.</b> The certificate chain and the host name are verified, unless a method whose name starts with
 *       {@code insecure} says otherwise.
 *   <li><b>Plaintext.</b> Bytes received in clear never surface as decrypted bytes. A client refuses bytes that are
 *       unread when TLS begins ({@link dev.nettystreams.PlaintextInjectionException}); a server hands them to the
 *       handshake. {@link dev.nettystreams.LeftoverPolicy} chooses.
 *   <li><b>End.</b> An end without close_notify fails reads with {@link dev.nettystreams.TlsTruncationException},
 *     unless {@link dev.nettystreams.tls.TlsClient#acceptingTruncation} allows it.
 *   <li><b>Threads and ownership.</b> Clients and servers are immutable, serve any number of connections, and need no
 *       {@code close}. Keep one of each, because sessions are resumed only within it. Files are read and contexts are
 *       made off the event loop.
 *   <li><b>Cancellation.</b> A handshake that is cancelled or fails ends the connection: no bytes can follow in clear.
 *   <li><b>Bounds.</b> A handshake ends within its
 *     {@linkplain dev.nettystreams.tls.TlsClient#handshakeTimeout timeout}.
 * </ul>
 */
@NullMarked
package dev.nettystreams.tls;

import org.jspecify.annotations.NullMarked;
