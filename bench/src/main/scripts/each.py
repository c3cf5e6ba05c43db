"""Requests for repair.sh: one for each number, over one connection.

each.py PUT|DELETE PREFIX SUFFIX NUMBER…   writes or deletes PREFIX+number; SUFFIX is the value
each.py READ|GONE PREFIX QUERY NUMBER…     prints how many are not there, or are
each.py EQUAL BASE PREFIX NUMBER…          exits with 0 if all owners hold the same of each
each.py RATE PREFIX SECONDS|FILE RATE KEYS prints latencies; until so many seconds, or until the file is there
each.py FLIP DIRECTORY COUNT               flips bits in closed log segments below the directory
"""
import asyncio, glob, http.client, json, os, random, sys, time, urllib.parse


def call(connection, method, path, body=None):
    connection.request(method, path, body)
    answer = connection.getresponse()
    return answer.status, answer.read()


def each(kind, prefix, more, numbers):
    url = urllib.parse.urlparse(prefix)
    connection = http.client.HTTPConnection(url.netloc)
    wrong = 0
    for number in numbers:
        path = url.path + number
        if kind == "PUT":
            status, _ = call(connection, "PUT", path + "?w=2", (more + number).ljust(1024, "."))
            assert status == 204, status
        elif kind == "DELETE":
            status, _ = call(connection, "DELETE", path + "?w=2")
            assert status == 204, status
        else:
            status, _ = call(connection, "GET", path + more)
            wrong += status != (200 if kind == "READ" else 404)
    if kind in ("READ", "GONE"):
        print(wrong)


def equal(base, prefix, numbers):
    url = urllib.parse.urlparse(base)
    connection = http.client.HTTPConnection(url.netloc)
    for number in reversed(numbers):
        _, body = call(connection, "GET", url.path + prefix + number)
        owners = json.loads(body)["owners"]
        if len({owner.get("digest") for owner in owners}) != 1 or owners[0]["state"] != "ok":
            sys.exit(1)


async def rate(prefix, until, per_second, keys):
    """GETs at r=2 and PUTs, one to two, to the node of the prefix and the next one."""
    url = urllib.parse.urlparse(prefix)
    host, port = url.hostname, url.port
    free, latencies, failed, missing = [[], []], [], 0, 0

    async def request(number):
        nonlocal failed, missing
        began = time.monotonic()
        at = number % 2
        path = url.path + str(random.randrange(keys))
        text = f"GET {path}?r=2 HTTP/1.1\r\nHost: x\r\n\r\n"
        if number % 3 == 0:
            text = f"PUT {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 1024\r\n\r\n" + "r" * 1024
        streams = free[at].pop() if free[at] else await asyncio.open_connection(host, port + at)
        streams[1].write(text.encode())
        head = await streams[0].readuntil(b"\r\n\r\n")
        for line in head.decode().lower().split("\r\n"):
            if line.startswith("content-length:"):
                await streams[0].readexactly(int(line.split(":")[1]))
        status = int(head.split()[1])
        missing += status == 404
        failed += status >= 500
        free[at].append(streams)
        latencies.append(time.monotonic() - began)

    tasks, sent, began = set(), 0, time.monotonic()
    def enough():
        return os.path.exists(until) if until.startswith("/") else time.monotonic() - began >= float(until)
    while not enough():
        while sent < (time.monotonic() - began) * per_second:
            task = asyncio.create_task(request(sent))
            tasks.add(task)
            task.add_done_callback(tasks.discard)
            sent += 1
        await asyncio.sleep(0.002)
    await asyncio.gather(*tasks)
    latencies.sort()
    at = lambda share: 1000 * latencies[int(len(latencies) * share)]
    print(f"p50 {at(0.5):.1f} ms, p99 {at(0.99):.1f} ms, {missing} missing, {failed} failed of {sent}")


def flip(directory, count):
    files = sorted(glob.glob(directory + "/**/log-*", recursive=True))[:-1]
    for _ in range(count):
        file = random.choice(files)
        with open(file, "r+b") as segment:
            at = random.randrange(16, os.path.getsize(file))
            segment.seek(at)
            byte = segment.read(1)[0]
            segment.seek(at)
            segment.write(bytes([byte ^ 1 << random.randrange(8)]))


kind, *rest = sys.argv[1:]
if kind == "EQUAL":
    equal(rest[0], rest[1], rest[2:])
elif kind == "RATE":
    asyncio.run(rate(rest[0], rest[1], int(rest[2]), int(rest[3])))
elif kind == "FLIP":
    flip(rest[0], int(rest[1]))
else:
    each(kind, rest[0], rest[1], rest[2:])
