# The statuses of a list of URLs with httpx, asyncio.gather and a semaphore; prints how often each was.
#   python3 python-httpx.py LIST AT_ONCE [CA_FILE]

import asyncio
import collections
import json
import sys

import httpx


async def main(path, at_once, ca=True):
    with open(path) as file:
        urls = file.read().split()
    gate = asyncio.Semaphore(int(at_once))
    limits = httpx.Limits(max_connections=int(at_once), max_keepalive_connections=int(at_once))
    async with httpx.AsyncClient(limits=limits, timeout=10, verify=ca, trust_env=False) as client:

        async def status(url):
            async with gate:
                try:
                    return (await client.get(url)).status_code
                except httpx.HTTPError as error:
                    return type(error).__name__

        statuses = await asyncio.gather(*map(status, urls))
    print(json.dumps(collections.Counter(map(str, statuses))))


asyncio.run(main(*sys.argv[1:]))
