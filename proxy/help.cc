#include "help.h"

namespace proxy
{

const char* const HELP_HEAD =
    R"(tcp-lifecycle-proxy: the TCP model of the simulations, face to face with real hosts.

It makes a tap interface. One end is this machine, with its own kernel TCP; the
other end is a simulated node that runs the TCP model in real time.

      this machine  10.44.0.1 ---- tap ---- 10.44.0.2  the model
                    fd44::1                 fd44::2

Usage
  tcp-lifecycle-proxy serve --service NAME[:PORT] ... [options]
      The model listens; curl, nc, a browser or your own program connects to it.
  tcp-lifecycle-proxy connect HOST:PORT [options]
      The model connects to a real server: standard input goes to the peer, what
      the peer sends goes to standard output, as with nc -N. The end of standard
      input closes the model's half of the connection.
)";

const char* const HELP_TAIL = R"(
Services
  http     files of the directory --root: GET and HEAD, keep-alive     (port 80)
  echo     sends back what it receives, closes when the peer has       (port 7)
  discard  reads and forgets, closes when the peer has                 (port 9)
  source   sends letters for as long as the peer takes them, also
           after the peer has closed its own half                      (port 19)

Examples
  Serve a directory to this machine, and fetch from it:
      sudo tcp-lifecycle-proxy serve --service http --root /usr/share/doc &
      curl http://10.44.0.2/bash/copyright
  Be a client of a server on this machine:
      python3 -m http.server 8000 &
      printf 'GET / HTTP/1.0\r\n\r\n' | sudo tcp-lifecycle-proxy connect 10.44.0.1:8000
  The same without being root, in a network namespace that goes with the shell:
      unshare -rn sh -c 'tcp-lifecycle-proxy serve --service echo & sleep 1
                         echo hello | nc -N 10.44.0.2 7; kill $!'
  Connect anew, from the same port, each time the peer has closed:
      sudo tcp-lifecycle-proxy connect 10.44.0.1:8000 --local-port 40000 --reconnect
  See every state change, keep the frames for Wireshark, shorten TIME-WAIT:
      sudo tcp-lifecycle-proxy serve --service http --root . --verbose \
                               --pcap model.pcap --set Msl=2s

While it runs
  kill -USR1 PID   prints the model's connections in the columns of ss -tan;
                   compare with what the kernel thinks: ss -tan dst 10.44.0.2
  Ctrl-C           closes what is open, prints a summary, removes the tap;
                   a second Ctrl-C leaves at once
  All messages go to standard error. A script can wait for the line that ends
  in "ready".

Exit status
  0  finished normally
  1  connect: refused, timed out, unreachable or reset; the message says which
  2  a mistake on the command line, or a right or device that is missing
)";

} // namespace proxy
