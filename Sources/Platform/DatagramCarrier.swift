// DatagramCarrier: a link over a UDP socket that exchanges datagrams with one peer.
import Glibc
import Kernels
import Wire

struct DatagramCarrier: Carrier {
    static let repeatsHellos = true

    let socket: FileDescriptor
    var link: DatagramLink
    /// The kernel cuts long writes.
    private var cutsWrites: Bool

    init(_ link: DatagramLink, over socket: FileDescriptor) {
        self.link = link
        self.socket = socket
        cutsWrites = DatagramSocket.cutsWrites(socket)
    }

    var hasOutput: Bool { link.hasOutput }
    var waitsToWrite: Bool { false }

    func flush(counting bytesSent: inout Int) -> Bool { true }

    func standing(incarnation: UInt64, heardAt: Instant) -> OpenConnection {
        OpenConnection(incarnation: incarnation, lastHeardAt: link.lastHeardAt, isDoubted: link.isDoubted)
    }

    /// Writes datagrams; what does not go is lost, and the link will notice.
    mutating func transmit(_ burst: DatagramBurst, counting bytesSent: inout Int) -> Bool {
        var isRefused = false
        var start = 0
        while start < burst.bytes.count {
            let end = cutsWrites ? burst.bytes.count : min(start + burst.datagramBytes, burst.bytes.count)
            do throws(SystemFault) {
                _ = try socket.write(
                    start == 0 && end == burst.bytes.count ? burst.bytes : Array(burst.bytes[start..<end]))
            } catch {
                if error.errno == ECONNREFUSED, !isRefused {
                    // News of earlier datagrams, true or not: it keeps this one from leaving once.
                    isRefused = true
                    continue
                }
                if cutsWrites, error.errno == EIO || error.errno == EINVAL {
                    // A device on the way that cannot: the same bytes again, one datagram after the other.
                    DatagramSocket.stopCutting(socket)
                    cutsWrites = false
                    continue
                }
            }
            bytesSent += end - start
            start = end
        }
        return !isRefused
    }

    mutating func read(into buffer: inout [UInt8]) -> Reading {
        do throws(SystemFault) {
            guard let (count, source) = try DatagramSocket.receive(from: socket, into: &buffer) else { return .nothing }
            return .bytes(count, from: source)
        } catch {
            return .unreachable
        }
    }
}
