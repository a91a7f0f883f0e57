import asyncio

async def serve(reader, writer):
    total = 0
    while line := await reader.readline():
        words = line.decode().split()
        total += len(words)
        writer.write(f"{len(words)} words, {total} so far\n".encode())
        await writer.drain()
    writer.write(f"{total} words in all\n".encode())
    await writer.drain()
    writer.close()
    await writer.wait_closed()

async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    async with server:
        await server.serve_forever()

asyncio.run(main())
