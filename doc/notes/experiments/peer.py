"""A TCP peer made by hand, for questions to the kernel of the machine.

The kernel is 10.9.0.1 and sits at one end of a tun device; this program is every other address of
10.9.0.0/24 and sits at the other end. It runs in a network namespace of its own, which goes away
with it:

    unshare -n python3 doc/notes/experiments/<question>.py

Sequence numbers are shown as in the tests of the core: each side's SYN is 0, its first byte 1.
"""

import fcntl
import os
import select
import socket
import struct
import subprocess
import sys
import time

FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16
KERNEL = "10.9.0.1"
PEER = "10.9.0.2"
SERVER_PORT = 80
PEER_ISS = 0xFFFFFE00  # so that numbers wrap early
KERNEL_ISS = {}  # by tuple as (kernel's port, peer's port)

STATES = {
    1: "ESTABLISHED", 2: "SYN_SENT", 3: "SYN_RECV", 4: "FIN_WAIT1", 5: "FIN_WAIT2",
    6: "TIME_WAIT", 7: "CLOSED", 8: "CLOSE_WAIT", 9: "LAST_ACK", 10: "LISTEN", 11: "CLOSING",
    12: "SYN_RECV",
}


def checksum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


class Segment:
    """What the kernel sent. Numbers are relative once its SYN has been seen."""

    def __init__(self, packet, when):
        header = (packet[0] & 15) * 4
        total = struct.unpack("!H", packet[2:4])[0]
        tcp = packet[header:total]
        self.when = when
        self.remote = socket.inet_ntoa(packet[16:20])
        self.sport, self.dport, self.rawseq, self.rawack, offset, self.flags, self.window = (
            struct.unpack("!HHIIBBH", tcp[:16]))
        self.options = tcp[20:(offset >> 4) * 4]
        self.payload = len(tcp) - (offset >> 4) * 4
        self.key = (self.sport, self.dport)
        if self.flags & SYN:
            KERNEL_ISS[self.key] = self.rawseq
        self.seq = (self.rawseq - KERNEL_ISS.get(self.key, 0)) & 0xFFFFFFFF
        self.ack = (self.rawack - PEER_ISS) & 0xFFFFFFFF

    def timestamps(self):
        """(TSval, TSecr), or None."""
        options = self.options
        while options and options[0]:
            length = 1 if options[0] == 1 else options[1]
            if options[0] == 8:
                return struct.unpack("!II", options[2:10])
            options = options[length:]
        return None

    def __str__(self):
        names = [name for bit, name in ((SYN, "SYN"), (FIN, "FIN"), (RST, "RST")) if
                 self.flags & bit]
        known = self.key in KERNEL_ISS
        seq = signed(self.seq) if known else ("0" if self.rawseq == 0 else "?")
        text = "%s seq %s" % ("|".join(names) or ("DATA" if self.payload else "ACK"), seq)
        if self.flags & ACK:
            text += " ack %s" % signed(self.ack)
        if self.payload:
            text += " length %d" % self.payload
        return text


def signed(number):
    return number - (1 << 32) if number > 1 << 31 else number


class Peer:
    def __init__(self):
        links = subprocess.run(["ip", "-o", "link"], capture_output=True, text=True, check=True)
        if "state UP" in links.stdout:
            sys.exit("This asks the kernel in a namespace of its own: start it with "
                     "'unshare -n python3 %s'." % sys.argv[0])
        self.tun = os.open("/dev/net/tun", os.O_RDWR)
        fcntl.ioctl(self.tun, 0x400454CA, struct.pack("16sH22x", b"tun0", 0x1001))  # TUN, no PI
        for command in ("ip addr add %s/24 dev tun0" % KERNEL, "ip link set tun0 up",
                        "ip link set lo up"):
            subprocess.run(command.split(), check=True)
        self.start = time.monotonic()
        self.port = 20000

    def send(self, flags, seq, ack=0, payload=0, options=b"", window=65535, remote=PEER,
             sport=None, dport=SERVER_PORT):
        """Numbers are relative; `payload` is a length."""
        sport = sport or self.port
        rawseq = (PEER_ISS + seq) & 0xFFFFFFFF
        rawack = (KERNEL_ISS.get((dport, sport), 0) + ack) & 0xFFFFFFFF if flags & ACK else 0
        if flags & SYN and not options:
            options = struct.pack("!BBH", 2, 4, 1000)  # MSS
        tcp = struct.pack("!HHIIBBHHH", sport, dport, rawseq, rawack,
                          (20 + len(options)) // 4 << 4, flags, window, 0, 0) + options
        tcp += b"x" * payload
        ends = socket.inet_aton(remote) + socket.inet_aton(KERNEL)
        total = checksum(ends + struct.pack("!BBH", 0, 6, len(tcp)) + tcp)
        tcp = tcp[:16] + struct.pack("!H", total) + tcp[18:]
        ip = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(tcp), 0, 0, 64, 6, 0) + ends
        ip = ip[:10] + struct.pack("!H", checksum(ip)) + ip[12:]
        os.write(self.tun, ip + tcp)

    def receive(self, timeout=0.15):
        """The next segment of the kernel, or None."""
        deadline = time.monotonic() + timeout
        while True:
            left = deadline - time.monotonic()
            if not select.select([self.tun], [], [], max(left, 0))[0]:
                return None
            packet = os.read(self.tun, 65536)
            if packet[0] >> 4 == 4 and packet[9] == 6:
                return Segment(packet, time.monotonic() - self.start)

    def expect(self):
        """The next segment to the port in use; what other connections get is forgotten."""
        while (segment := self.receive(2)) is not None:
            if segment.dport == self.port:
                return segment
        sys.exit("The kernel was expected to send something and did not.")

    def all(self, timeout=0.15):
        """What the kernel sends until it is silent."""
        segments = []
        while (segment := self.receive(timeout)) is not None:
            segments.append(segment)
        return segments

    def watch(self, seconds, note=print):
        """Reports what the kernel sends in this time, with the time since now."""
        start = time.monotonic() - self.start
        while (left := start + seconds - (time.monotonic() - self.start)) > 0:
            segment = self.receive(left)
            if segment is not None:
                note("%8.2f s  %s" % (segment.when - start, segment))


def timestamps(value, echo, mss=False):
    stamp = struct.pack("!BBBBII", 1, 1, 8, 10, value, echo)
    return (struct.pack("!BBH", 2, 4, 1000) if mss else b"") + stamp


def listener(backlog=16, port=SERVER_PORT):
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind((KERNEL, port))
    sock.listen(backlog)
    return sock


def state_of(peer_port):
    """The kernel's state of the connection to this port of the peer."""
    with open("/proc/self/net/tcp") as table:
        for line in table.readlines()[1:]:
            fields = line.split()
            if int(fields[2].split(":")[1], 16) == peer_port:
                return STATES[int(fields[3], 16)]
    return "CLOSED"
