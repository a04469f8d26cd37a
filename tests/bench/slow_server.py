"""A server for measurements: pictures of a folder by number, each after a latency.

    python -m tests.bench.slow_server FOLDER LATENCY_S

Prints its port. Any number is answered: with the pictures of the folder in turn.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path


async def serve(folder: Path, latency_s: float) -> None:
    """Answer until killed; connections stay open."""
    bodies = [path.read_bytes() for path in sorted(folder.iterdir())]

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while line := await reader.readline():
                while (await reader.readline()).strip():
                    pass
                await asyncio.sleep(latency_s)
                number = int(line.split()[1].rpartition(b"/")[2].partition(b".")[0])
                body = bodies[number % len(bodies)]
                writer.write(
                    b"HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n"
                    % len(body)
                )
                writer.write(body)
                await writer.drain()
        except ConnectionError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1]), float(sys.argv[2])))
