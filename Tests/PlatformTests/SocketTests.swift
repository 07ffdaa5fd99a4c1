// TCP over the loopback interface, and addresses as text.
import Platform
import Registry
import Testing

extension PlatformTests {
    @Suite("Sockets") struct SocketTests {
        @Test("two ends connect over the loopback and talk both ways", arguments: ["127.0.0.1:0", "localhost:0"])
        func roundtrip(text: String) throws {
            let (listener, address) = try Socket.listen(on: SocketAddress(text))
            #expect(address.description.hasPrefix("127.0.0.1:") && !address.description.hasSuffix(":0"))
            #expect(try Socket.accept(from: listener) == nil)

            let dialled = try Socket.connect(to: SocketAddress(address.description))
            #expect(try becomesReady(dialled, reading: false, writing: true))
            #expect(Socket.connectionFault(of: dialled, to: address) == nil)
            #expect(try becomesReady(listener))
            let accepted = try #require(try Socket.accept(from: listener))
            #expect(try Socket.peerAddress(of: accepted) == Socket.localAddress(of: dialled))

            #expect(try dialled.write([1, 2], then: [1], from: 0) == .bytes(6))
            #expect(try readAll(accepted, atMost: 6) == [1, 2, 0, 0, 128, 63])
            #expect(try accepted.write([9]) == .bytes(1))
            try Socket.finishSending(accepted)
            #expect(try readAll(dialled) == [9])
        }

        @Test("a dial that nobody answers says so")
        func refused() throws {
            // The port was just given back, so that nobody listens at it.
            let address = try Socket.listen(on: SocketAddress("127.0.0.1:0")).address
            do {
                let socket = try Socket.connect(to: address)
                #expect(try becomesReady(socket, reading: false, writing: true))
                let fault = try #require(Socket.connectionFault(of: socket, to: address))
                throw fault
            } catch let fault as SystemFault {
                #expect(fault.description == "cannot connect to \(address): Connection refused (ECONNREFUSED)")
            }
        }

        @Test("an address in use is named")
        func inUse() throws {
            let (listener, address) = try Socket.listen(on: SocketAddress("127.0.0.1:0"))
            let fault = #expect(throws: SystemFault.self) { try Socket.listen(on: address) }
            #expect(fault?.description == "cannot listen on \(address): Address already in use (EADDRINUSE)")
            withExtendedLifetime(listener) {}
        }

        @Test("numeric addresses print as they are read", arguments: ["127.0.0.1:7600", "0.0.0.0:0", "[::1]:65535"])
        func text(address: String) throws {
            #expect(try SocketAddress(address).description == address)
        }

        @Test(
            "what is no address is refused in one line",
            arguments: [
                "", "7600", ":7600", "localhost", "localhost:", "127.0.0.1:65536", "::1:80", "127.0.0.1:+1", "[:1]:1",
            ])
        func malformed(address: String) throws {
            let fault = #expect(throws: ConfigurationFault.self) { try SocketAddress(address) }
            #expect(
                fault?.description == "address is '\(address)'; allowed: host:port with a port from 0 to 65535, "
                    + "as in 127.0.0.1:7600 or [::1]:7600")
        }

        @Test("a name that does not resolve is refused in one line")
        func unresolved() {
            let fault = #expect(throws: ConfigurationFault.self) { try SocketAddress("no-such-host.invalid:1") }
            #expect(fault?.description.hasPrefix("cannot resolve 'no-such-host.invalid:1': ") == true)
        }
    }
}
