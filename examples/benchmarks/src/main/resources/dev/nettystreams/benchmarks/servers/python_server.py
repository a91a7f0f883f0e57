"""The servers of Python: python_server.py asyncio|uvloop MODE PORT [tls CERT KEY]; prints a line when it listens."""
import asyncio
import ssl
import sys
import threading

PONG = b"+PONG\r\n"
BLOCK = 65536
ZEROS = bytes(BLOCK)
SINK_BYTES = 1 << 20


def http_response(size):
    head = (
        "HTTP/1.1 200 OK\r\nServer: benchmarks\r\nContent-Type: application/octet-stream\r\n"
        f"Content-Length: {size}\r\n\r\n"
    )
    return head.encode() + bytes(97 + i % 26 for i in range(size))


SMALL, LARGE = http_response(128), http_response(65536)
NOT_FOUND = b"HTTP/1.1 404 Not Found\r\nServer: benchmarks\r\nContent-Length: 0\r\n\r\n"


async def ping(reader, writer):
    while head := await reader.readline():
        for _ in range(int(head[1:])):
            length = int((await reader.readline())[1:])
            await reader.readexactly(length + 2)
        writer.write(PONG)
        await writer.drain()


async def echo(reader, writer):
    while block := await reader.read(BLOCK):
        writer.write(block)
        await writer.drain()


async def sink(reader, writer):
    received = 0
    while block := await reader.read(BLOCK):
        received += len(block)
        if received >= SINK_BYTES:
            received -= SINK_BYTES
            writer.write(b".")
            await writer.drain()


async def source(reader, writer):
    while line := await reader.readline():
        left = int(line)
        while left > 0:
            writer.write(ZEROS if left >= BLOCK else ZEROS[:left])
            await writer.drain()
            left -= BLOCK


async def http(reader, writer):
    while request := await reader.readline():
        while (await reader.readline()).strip():
            pass
        if request.startswith(b"GET /small "):
            writer.write(SMALL)
        else:
            writer.write(LARGE if request.startswith(b"GET /large ") else NOT_FOUND)
        await writer.drain()


def relay_to(port):
    async def pump(reader, writer):
        try:
            await echo(reader, writer)
        finally:
            writer.close()

    async def relay(reader, writer):
        upstream_reader, upstream_writer = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(pump(reader, upstream_writer), pump(upstream_reader, writer))

    return relay


def end_with_harness():
    """Ends with standard input, so that no server outlives its harness."""
    import os

    sys.stdin.buffer.read()
    os._exit(0)


async def main(mode, port, tls):
    name, _, upstream = mode.partition(":")
    modes = {"ping": ping, "echo": echo, "sink": sink, "source": source, "http": http}
    handler = relay_to(int(upstream)) if name == "relay" else modes[name]

    async def serve(reader, writer):
        try:
            await handler(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            pass
        finally:
            writer.close()

    context = None
    if tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        # The client's order of cipher suites, which every other server follows, too.
        context.options &= ~ssl.OP_CIPHER_SERVER_PREFERENCE
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        context.load_cert_chain(*tls)
    server = await asyncio.start_server(serve, "127.0.0.1", port, ssl=context, backlog=4096)
    print(f"listening on 127.0.0.1:{port}", flush=True)
    threading.Thread(target=end_with_harness, daemon=True).start()
    await server.serve_forever()


library, mode, port, *rest = sys.argv[1:]
if library == "uvloop":
    try:
        import uvloop
    except ImportError:
        print("uvloop is not installed", file=sys.stderr)
        sys.exit(3)
    uvloop.install()
asyncio.run(main(mode, int(port), rest[1:]))
