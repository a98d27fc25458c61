"""Ask a city for its zones, watch them, send readings.

Generate the code from the contract, then run (python3-grpcio and grpc_python_plugin are Debian's names of what it needs;
CommonProtos is the folder that holds google/api):

    protoc -I src/CityTwin.Protocol -I CommonProtos --python_out=gen --grpc_python_out=gen \
        --plugin=protoc-gen-grpc_python=/usr/bin/grpc_python_plugin citytwin/v1/*.proto google/api/*.proto
    PYTHONPATH=gen python3 citytwin_example.py 127.0.0.1:5081 query
    PYTHONPATH=gen python3 citytwin_example.py 127.0.0.1:5081 watch 10
    PYTHONPATH=gen CITYTWIN_KEY=... python3 citytwin_example.py 127.0.0.1:5081 send meter-1 1 100

CITYTWIN_KEY is an API key; a silo on this machine without credentials shows its zones to anybody.
"""

import collections
import os
import queue
import sys
import time

import grpc

from citytwin.v1 import common_pb2, ingest_pb2, ingest_pb2_grpc, zones_pb2, zones_pb2_grpc

FIRST_PAUSE, LONGEST_PAUSE = 0.1, 3.0
UNANSWERED_MAX = 16
MAY_HEAL = {
    grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.INTERNAL, grpc.StatusCode.UNKNOWN, grpc.StatusCode.CANCELLED,
    grpc.StatusCode.ABORTED, grpc.StatusCode.DEADLINE_EXCEEDED,
}


def may_heal(broken):
    """Whether a stream that ended so may be opened again. What is too large is exhausted each time; streams are not."""
    if broken.code() == grpc.StatusCode.RESOURCE_EXHAUSTED:
        return any(b"TOO_MANY_STREAMS" in value for key, value in broken.trailing_metadata() or () if key == "grpc-status-details-bin")
    return broken.code() in MAY_HEAL


def credential():
    key = os.environ.get("CITYTWIN_KEY")
    return [("authorization", f"Bearer {key}")] if key else []


def query(channel):
    """All zones, page by page."""
    zones = zones_pb2_grpc.ZoneServiceStub(channel)
    token = ""
    while True:
        page = zones.ListZones(zones_pb2.ListZonesRequest(page_token=token), timeout=30, metadata=credential())
        for zone in page.zones:
            print(zone.name, zone.display_name, sep="\t")
        token = page.next_page_token
        if not token:
            return


def watch(channel, checkpoints):
    """Every change, until so many checkpoints have come. A watch that breaks goes on at the last one, on any silo."""
    zones = zones_pb2_grpc.ZoneServiceStub(channel)
    token, pause = "", FIRST_PAUSE
    while True:
        try:
            for message in zones.WatchZones(zones_pb2.WatchZonesRequest(resume_token=token), metadata=credential()):
                pause = FIRST_PAUSE
                if message.kind == common_pb2.WATCH_KIND_CHECKPOINT:
                    token, checkpoints = message.resume_token, checkpoints - 1
                    print("checkpoint", flush=True)
                    if checkpoints == 0:
                        return
                elif message.kind == common_pb2.WATCH_KIND_GAP:
                    print("gap: forget what you have, a snapshot follows", flush=True)
                else:
                    print(common_pb2.WatchKind.Name(message.kind), message.zone.name or message.removed, flush=True)
        except grpc.RpcError as broken:
            if not may_heal(broken):
                raise
        time.sleep(pause)
        pause = min(pause * 2, LONGEST_PAUSE)


def send(channel, sensor, boot, count):
    """Numbered readings, each message kept until it is answered; what was not answered is sent again and counts once."""
    ingest = ingest_pb2_grpc.IngestServiceStub(channel)
    coming = iter(
        ingest_pb2.SendReadingsRequest(
            readings=[ingest_pb2.NewReading(sensor=f"sensors/{sensor}", value=number % 50, boot=boot, sequence=number)])
        for number in range(1, count + 1))
    unanswered, stored, pause = collections.deque(), 0, FIRST_PAUSE
    while True:
        places = queue.Queue()
        for _ in range(UNANSWERED_MAX - len(unanswered)):
            places.put(True)

        def messages(again=tuple(unanswered), places=places):
            yield from again
            while places.get():
                message = next(coming, None)
                if message is None:
                    return
                unanswered.append(message)
                yield message

        try:
            for answer in ingest.SendReadings(messages(), metadata=credential()):
                pause = FIRST_PAUSE
                message = unanswered.popleft()
                stored += answer.stored
                for refused in answer.refused:
                    print("refused", message.readings[refused.index].sensor, refused.code, refused.text, flush=True)
                places.put(True)
            if not unanswered:
                print("stored", stored, flush=True)
                return
        except grpc.RpcError as broken:
            if not may_heal(broken):
                raise
        # The sender of the broken stream ends here, and takes nothing more.
        places.put(False)
        time.sleep(pause)
        pause = min(pause * 2, LONGEST_PAUSE)


def main():
    address, verb, *more = sys.argv[1:]
    with grpc.insecure_channel(address) as channel:
        if verb == "query":
            query(channel)
        elif verb == "watch":
            watch(channel, int(more[0]))
        elif verb == "send":
            send(channel, more[0], int(more[1]), int(more[2]))
        else:
            sys.exit(__doc__)


if __name__ == "__main__":
    main()
