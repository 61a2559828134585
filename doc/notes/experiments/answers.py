"""What does the kernel answer to each segment in each state?

Every line is one fresh connection: the state it is in, the segment sent to it, the answer, the
state afterwards. Numbers are relative to

    L  RCV.NXT, the left edge of the kernel's receive window (before a SYN is seen: the peer's ISS)
    R  L + RCV.WND, its right edge
    U  SND.UNA      N  SND.NXT      W  the largest window offered to the kernel (65535)

and a timestamp to the last one that the kernel was sent. Where no connection is, N is 0.
"""

import os
import re
import select
import socket
import struct
import sys

from peer import (ACK, FIN, KERNEL_ISS, PEER, RST, SYN, Peer, listener, signed, state_of,
                  timestamps)

STAMP = 1000000

# Segment, SEG.SEQ, SEG.ACK, length of its text, timestamp
SYNCHRONIZED = [
    ("RST", "L-1", "-", 0), ("RST", "L", "-", 0), ("RST", "L+1", "-", 0), ("RST", "L+10", "-", 0),
    ("RST", "R-1", "-", 0), ("RST", "R", "-", 0), ("RST", "R+1", "-", 0),
    ("RST", "L", "-", 10), ("RST", "L-10", "-", 20), ("RST", "L+10", "-", 10),
    ("RST+ACK", "L", "N", 0), ("RST+ACK", "L", "N+1", 0), ("RST+ACK", "L+10", "N", 0),
    ("RST+FIN+ACK", "L", "N", 0), ("RST+SYN", "L", "-", 0),
    ("SYN", "P", "-", 0), ("SYN", "L-1", "-", 0), ("SYN", "L", "-", 0), ("SYN", "L+10", "-", 0),
    ("SYN", "R-1", "-", 0), ("SYN", "R", "-", 0), ("SYN", "R+1000", "-", 0),
    ("SYN", "L", "-", 10), ("SYN+ACK", "P", "N", 0), ("SYN+ACK", "L", "N", 0),
    ("SYN+ACK", "L+10", "N+1", 0), ("SYN+FIN", "L", "-", 0), ("SYN+FIN+ACK", "L", "N", 0),
    ("ACK", "L", "N", 0), ("ACK", "L", "N+1", 0), ("ACK", "L", "N+100000", 0),
    ("ACK", "L", "U", 0), ("ACK", "L", "U-1", 0), ("ACK", "L", "U-W", 0),
    ("ACK", "L", "U-W-1", 0), ("ACK", "L", "U-100000", 0),
    ("ACK", "L-1", "N", 0), ("ACK", "L-1", "N+1", 0), ("ACK", "L-100000", "N", 0),
    ("ACK", "L+10", "N", 0), ("ACK", "L+10", "N+1", 0), ("ACK", "R-1", "N", 0),
    ("ACK", "R", "N", 0), ("ACK", "R+1", "N", 0), ("ACK", "R+1", "N+1", 0),
    ("none", "L", "-", 0), ("none", "L+10", "-", 10), ("FIN", "L", "-", 0), ("none", "L", "-", 10),
    ("none", "R+1", "-", 0),
    ("FIN+ACK", "L", "N", 0), ("FIN+ACK", "L", "N+1", 0), ("FIN+ACK", "L", "U", 0),
    ("FIN+ACK", "L-1", "N", 0), ("FIN+ACK", "L+10", "N", 0), ("FIN+ACK", "R-1", "N", 0),
    ("FIN+ACK", "R", "N", 0), ("FIN+ACK", "R+1", "N", 0), ("FIN+ACK", "L-2", "N", 0),
    ("ACK", "L", "N", 10), ("ACK", "L", "U", 10), ("ACK", "L", "N+1", 10),
    ("ACK", "L", "U-W", 10), ("ACK", "L", "U-W-1", 10), ("ACK", "L-1", "N", 1),
    ("ACK", "L-10", "N", 10), ("ACK", "L-5", "N", 10), ("ACK", "L+10", "N", 10),
    ("ACK", "R-10", "N", 10), ("ACK", "R-5", "N", 10), ("ACK", "R", "N", 10),
    ("ACK", "R+1", "N", 10), ("FIN+ACK", "L", "N", 10), ("FIN+ACK", "L-10", "N", 9),
]

STAMPED = [
    ("RST", "L", "-", 0, None), ("RST", "L", "-", 0, -10), ("RST", "L+10", "-", 0, -10),
    ("SYN", "L+10", "-", 0, 1), ("SYN", "L+10", "-", 0, 0), ("SYN", "L+10", "-", 0, -10),
    ("SYN", "L+10", "-", 0, None), ("SYN", "L", "-", 0, 1), ("SYN", "L", "-", 0, 0),
    ("SYN", "L-1000", "-", 0, 1), ("SYN", "L-1000", "-", 0, 0), ("SYN", "L-1000", "-", 0, -10),
    ("SYN", "L-1000", "-", 0, None), ("SYN", "R+1000", "-", 0, 1), ("SYN", "R+1000", "-", 0, -10),
    ("ACK", "L", "N", 0, 1), ("ACK", "L", "N", 0, 0), ("ACK", "L", "N", 0, -10),
    ("ACK", "L", "N", 0, None), ("ACK", "L-1", "N", 0, -10), ("ACK", "R+1", "N", 0, -10),
    ("ACK", "L", "N", 10, 1), ("ACK", "L", "N", 10, -10), ("ACK", "L", "N", 10, None),
    ("FIN+ACK", "L", "N", 0, -10), ("FIN+ACK", "L-1", "N", 0, 0), ("FIN+ACK", "L-1", "N", 0, -10),
    ("ACK", "L", "N", 0, -1), ("ACK", "L", "N", 10, -1), ("FIN+ACK", "L", "N", 0, -1),
]

UNSYNCHRONIZED = [
    ("RST", "L", "-", 0), ("RST+ACK", "L", "N", 0), ("RST+ACK", "L", "N+1", 0),
    ("RST+ACK", "L", "U", 0), ("RST+ACK", "L", "U-1", 0),
    ("ACK", "L", "N", 0), ("ACK", "L", "N+1", 0), ("ACK", "L", "U", 0), ("ACK", "L", "N", 10),
    ("FIN+ACK", "L", "N", 0), ("FIN+ACK", "L", "N+1", 0), ("FIN", "L", "-", 0),
    ("none", "L", "-", 0), ("none", "L", "-", 10), ("SYN", "L", "-", 0), ("SYN", "L", "-", 10),
    ("SYN+FIN", "L", "-", 0), ("SYN+RST", "L", "-", 0), ("SYN+RST+ACK", "L", "N", 0),
    ("SYN+ACK", "L", "N", 0), ("SYN+ACK", "L", "N+1", 0), ("SYN+ACK", "L", "U", 0),
    ("SYN+ACK", "L", "U-1", 0), ("SYN+ACK", "L", "N", 10), ("SYN+FIN+ACK", "L", "N", 0),
]

FLAGS = {"FIN": FIN, "SYN": SYN, "RST": RST, "ACK": ACK, "none": 0}


class Case:
    """One connection of the kernel, brought into a state."""

    def __init__(self, peer, servers, number):
        self.peer = peer
        self.server = servers
        peer.port = 10000 + number
        self.local = 80
        self.stamped = False
        self.sock = None
        self.left, self.window, self.una, self.nxt = 0, 65535, 0, 0
        self.last = None

    def send(self, flags, seq, ack=0, payload=0, stamp=0):
        options = b""
        if self.stamped and stamp is not None:
            echo = self.last.timestamps()[0] if self.last else 0
            options = timestamps(STAMP + stamp, echo, flags & SYN)
        self.peer.send(flags, seq, ack, payload, options=options, dport=self.local)

    def hear(self):
        self.last = self.peer.expect()
        if self.last.flags & ACK:
            self.window = self.last.window
        return self.last

    def accept(self):
        """Leaves nothing in the queue, also of earlier cases."""
        found = None
        while select.select([self.server], [], [], 0)[0]:
            sock, (_, port) = self.server.accept()
            found = sock if port == self.peer.port else found
        return found

    # The states, one on top of the other.

    def closed(self):
        self.local = 81
        KERNEL_ISS[(81, self.peer.port)] = 0

    def listen(self):
        KERNEL_ISS[(80, self.peer.port)] = 0

    def syn_sent(self):
        self.sock = socket.socket()
        self.sock.setblocking(False)
        self.sock.connect_ex((PEER, self.peer.port))
        self.local = self.hear().sport
        self.nxt = 1

    def syn_sent_both(self):
        """SYN-RECEIVED by simultaneous open."""
        self.syn_sent()
        self.send(SYN, 0)
        self.hear()
        self.left = 1

    def syn_received(self):
        self.send(SYN, 0)
        self.hear()
        self.left, self.nxt = 1, 1

    def established(self):
        self.syn_received()
        self.send(ACK, 1, 1)
        self.sock = self.accept()
        self.una = 1

    def sending(self):
        self.established()
        self.sock.send(b"x" * 10)
        self.hear()
        self.nxt = 11

    def fin_wait_1(self, close=False):
        self.established()
        if close:
            self.sock.close()
            self.sock = None
        else:
            self.sock.shutdown(socket.SHUT_WR)
        self.hear()
        self.nxt = 2

    def fin_wait_2(self, close=False):
        self.fin_wait_1(close)
        self.send(ACK, 1, 2)
        self.una = 2

    def close_wait(self):
        self.established()
        self.send(FIN | ACK, 1, 1)
        self.hear()
        self.left = 2

    def closing(self):
        self.fin_wait_1()
        self.send(FIN | ACK, 1, 1)
        self.hear()
        self.left = 2

    def last_ack(self):
        self.close_wait()
        self.sock.shutdown(socket.SHUT_WR)
        self.hear()
        self.nxt = 2

    def time_wait(self):
        self.fin_wait_2()
        self.send(FIN | ACK, 1, 2)
        self.hear()
        self.left = 2

    # The question.

    def number(self, text):
        places = {"L": self.left, "R": self.left + self.window, "P": 0, "U": self.una,
                  "N": self.nxt, "W": 65535}
        return eval(text, {"__builtins__": {}}, places)

    def place(self, number, names):
        """A number as a name and a short distance, if there is one nearby."""
        for name in names:
            distance = signed((number - self.number(name)) & 0xFFFFFFFF)
            if abs(distance) <= 2000:
                return name + ("%+d" % distance if distance else "")
        return "%+d" % signed(number)

    def show(self, answer):
        seq = (answer.rawseq - KERNEL_ISS[(self.local, self.peer.port)]) & 0xFFFFFFFF
        names = [name for name in ("SYN", "FIN", "RST", "ACK") if answer.flags & FLAGS[name]]
        place = self.place(seq, ("N", "U-W", "U-100000", "N+100000"))
        unasked = answer.flags == RST | ACK and answer.rawseq == 0  # to a segment without ACK
        text = "+".join(names) + " " + ("0" if unasked else place)
        if answer.flags & ACK:
            text += " " + self.place(answer.ack, ("L", "R"))
        return text + (" length %d" % answer.payload if answer.payload else "")

    def ask(self, segment):
        name, seq, ack, length, *stamp = segment
        flags = 0
        for part in name.split("+"):
            flags |= FLAGS[part]
        stale = self.peer.all(0.0)
        first_iss = KERNEL_ISS.get((self.local, self.peer.port))
        self.send(flags, self.number(seq), self.number(ack) if ack != "-" else 0, length,
                  *stamp or (0,))
        answers = self.peer.all(0.11)
        new_iss = KERNEL_ISS.get((self.local, self.peer.port))
        reborn = self.una and new_iss != first_iss
        KERNEL_ISS[(self.local, self.peer.port)] = new_iss if not reborn else first_iss
        if not self.una and self.nxt == 0:
            KERNEL_ISS[(self.local, self.peer.port)] = 0
        shown = []
        for answer in answers:
            if answer.key != (self.local, self.peer.port) or self.is_repetition(answer):
                continue
            if answer.flags & SYN and (reborn or self.nxt == 0):
                shown.append("SYN+ACK new " + self.place(answer.ack, ("L", "R", "P")))
            else:
                shown.append(self.show(answer))
        return "; ".join(shown) or "-", state_of(self.peer.port)

    def is_repetition(self, answer):
        """Whether a time-out sent it."""
        seq = (answer.rawseq - KERNEL_ISS[(self.local, self.peer.port)]) & 0xFFFFFFFF
        return bool(seq < self.nxt and (answer.flags & FIN or answer.payload))


STATES = [
    ("CLOSED", Case.closed, UNSYNCHRONIZED, False),
    ("LISTEN", Case.listen, UNSYNCHRONIZED, False),
    ("SYN-SENT", Case.syn_sent, UNSYNCHRONIZED, False),
    ("SYN-RECEIVED", Case.syn_received, SYNCHRONIZED, False),
    ("SYN-RECEIVED by simultaneous open", Case.syn_sent_both, SYNCHRONIZED, False),
    ("ESTABLISHED", Case.established, SYNCHRONIZED, False),
    ("ESTABLISHED with 10 bytes in flight", Case.sending, SYNCHRONIZED, False),
    ("FIN-WAIT-1", Case.fin_wait_1, SYNCHRONIZED, False),
    ("FIN-WAIT-1 after close", lambda case: case.fin_wait_1(True), SYNCHRONIZED, False),
    ("FIN-WAIT-2", Case.fin_wait_2, SYNCHRONIZED, False),
    ("FIN-WAIT-2 after close", lambda case: case.fin_wait_2(True), SYNCHRONIZED, False),
    ("CLOSE-WAIT", Case.close_wait, SYNCHRONIZED, False),
    ("CLOSING", Case.closing, SYNCHRONIZED, False),
    ("LAST-ACK", Case.last_ack, SYNCHRONIZED, False),
    ("TIME-WAIT", Case.time_wait, SYNCHRONIZED, False),
    ("SYN-RECEIVED with timestamps", Case.syn_received, STAMPED, True),
    ("ESTABLISHED with timestamps", Case.established, STAMPED, True),
    ("FIN-WAIT-2 with timestamps", Case.fin_wait_2, STAMPED, True),
    ("TIME-WAIT with timestamps", Case.time_wait, STAMPED, True),
]

peer = Peer()
server = listener(4096)
wanted = sys.argv[1:] or [name for name, *_ in STATES]
count = 0
print("# What Linux %s answered to experiments/answers.py, which explains the columns." %
      re.match(r"[0-9.]*", os.uname().release)[0])
print("# state | segment | SEQ | ACK | length | timestamp | answers | state afterwards")
for name, reach, segments, stamped in STATES:
    if name not in wanted:
        continue
    for segment in segments:
        count += 1
        case = Case(peer, server, count)
        case.stamped = stamped
        reach(case)
        answers, after = case.ask(segment)
        stamp = "" if len(segment) == 4 else "none" if segment[4] is None else "%+d" % segment[4]
        after = {"SYN_RECV": "SYN-RECEIVED", "FIN_WAIT1": "FIN-WAIT-1",
                 "FIN_WAIT2": "FIN-WAIT-2"}.get(after, after.replace("_", "-"))
        print("%s | %s | %s | %s | %d | %s | %s | %s" %
              (name, *segment[:4], stamp or "-", answers, after), flush=True)
        # A RST ends what is left, so that nothing is sent again later.
        case.sock = case.sock or case.accept()
        if case.sock:
            case.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            case.sock.close()
        case.send(RST, case.left, stamp=0)
        case.peer.all(0.0)
