// Where a socket listens or connects: parsed from text, resolved, printed. It opens nothing.
import Glibc
import Kernels
import Registry
import Scenario

/// An address and port of IPv4 or IPv6, as the kernel wants it.
public struct SocketAddress: Equatable, Sendable {
    /// A `sockaddr` of the family's own length.
    let bytes: [UInt8]

    /// Resolves "127.0.0.1:7600", "[::1]:7600" or "localhost:0"; port 0 lets the system choose.
    ///
    /// Where a name has addresses of both families, IPv4 is taken, so that both ends choose alike.
    public init(_ text: String) throws(ConfigurationFault) { self = try SocketAddress.all(text)[0] }

    /// All addresses of a name, those of IPv4 first, each once; of an address that one. At least one.
    static func all(_ text: String) throws(ConfigurationFault) -> [SocketAddress] {
        let address = try HostPort(text)
        var hints = unsafe addrinfo()
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let code = unsafe getaddrinfo(address.host, "\(address.port)", &hints, &list)
        guard code == 0 else {
            throw ConfigurationFault("cannot resolve '\(text)': \(unsafe String(cString: gai_strerror(code)))")
        }
        defer { unsafe freeaddrinfo(list) }
        var found: [SocketAddress] = []
        var next = unsafe list
        while let entry = unsafe next?.pointee {
            let bytes = unsafe [UInt8](UnsafeRawBufferPointer(start: entry.ai_addr, count: Int(entry.ai_addrlen)))
            let address = SocketAddress(bytes: bytes)
            if !found.contains(address) { found.append(address) }
            unsafe next = entry.ai_next
        }
        guard !found.isEmpty else { throw ConfigurationFault("cannot resolve '\(text)': no address") }
        return found.filter { $0.family == AF_INET } + found.filter { $0.family != AF_INET }
    }

    /// Where a node listens that was told this. Under a name it listens everywhere: that name may stand for a loopback
    /// address on the very host that bears it, or may not be known yet.
    init(listeningAt text: String) throws(ConfigurationFault) {
        let place = try HostPort(text)
        guard place.isName, place.host != "localhost" else {
            try self.init(text)
            return
        }
        try self.init(Socket.hasIPv6 ? "[::]:\(place.port)" : "0.0.0.0:\(place.port)")
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    /// The address that `call` (`getsockname` or `getpeername`) writes.
    init(
        _ name: String,
        from call: (UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Int32
    ) throws(SystemFault) {
        var result: Int32 = 0
        bytes = unsafe [UInt8](unsafeUninitializedCapacity: MemoryLayout<sockaddr_in6>.size) { buffer, count in
            var length = socklen_t(buffer.count)
            unsafe UnsafeMutableRawPointer(buffer.baseAddress!).withMemoryRebound(to: sockaddr.self, capacity: 1) {
                result = unsafe call($0, &length)
            }
            count = result == 0 ? min(Int(length), buffer.count) : 0
        }
        if result != 0 { throw SystemFault(name, errno: errno) }
    }

    /// AF_INET or AF_INET6.
    var family: Int32 {
        unsafe withSocketAddress { address, _ in unsafe Int32(address.pointee.sa_family) }
    }

    func withSocketAddress<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        unsafe bytes.withUnsafeBytes { buffer in
            unsafe body(buffer.baseAddress!.assumingMemoryBound(to: sockaddr.self), socklen_t(buffer.count))
        }
    }
}

extension SocketAddress {
    /// The address without the port, as something to be compared.
    struct Host: Equatable {
        fileprivate let high: UInt64
        fileprivate let low: UInt64
    }

    var host: Host {
        // Behind family and port: of IPv4 the address; of IPv6 a label of no meaning here, and the address.
        if family == AF_INET { return Host(high: 0, low: UInt64(bytes.integer(at: 4, as: UInt32.self))) }
        return Host(high: bytes.integer(at: 8, as: UInt64.self), low: bytes.integer(at: 16, as: UInt64.self))
    }
}

extension SocketAddress {
    /// Where others reach a node that was told to listen at `text` and listens here: under its name, if that is one.
    func reached(by text: String) -> String {
        guard let place = try? HostPort(text), place.isName, place.host != "localhost" else { return description }
        return "\(place.host)\(description[description.lastIndex(of: ":")!...])"
    }
}

extension SocketAddress: CustomStringConvertible {
    /// Numeric, in the form that `init` reads.
    public var description: String {
        var host = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        var port = [CChar](repeating: 0, count: Int(NI_MAXSERV))
        let code = unsafe withSocketAddress { address, length in
            unsafe getnameinfo(
                address, length, &host, socklen_t(host.count), &port, socklen_t(port.count),
                Int32(NI_NUMERICHOST | NI_NUMERICSERV))
        }
        guard code == 0 else { return "an unknown address" }
        return family == AF_INET6 ? "[\(Self.text(host))]:\(Self.text(port))" : "\(Self.text(host)):\(Self.text(port))"
    }

    private static func text(_ characters: [CChar]) -> String {
        String(decoding: characters.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
