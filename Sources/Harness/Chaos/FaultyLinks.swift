// FaultyLinks: all edges of a run as faulty links, on one thread of the laboratory with one poll loop. Each node is
// told by files of its own where its links are.
import Core
import Faults
import Kernels
import Platform
import Scenario
import Wire

final class FaultyLinks {
    private let directory: RunDirectory
    private let worker: Worker<FaultyLinkLoop, SystemFault?>
    /// Closed to let the thread end.
    private var running: FileDescriptor?
    private var loop: FaultyLinkLoop?

    /// Opens the links and leaves their addresses.
    init(_ assembly: Assembly, _ faults: SharedFaults, in directory: RunDirectory, run nonce: RunNonce) throws {
        self.directory = directory
        let type: any FaultyLink.Type =
            switch assembly.experiment.transport {
            case .tcp: FaultyStream.self
            case .udp: FaultyDatagrams.self
            }
        let limits = Limits(assembly.channels)
        var links: [any FaultyLink] = []
        for (one, other) in assembly.topologyFile.links {
            let (dialler, accepter) = (min(one, other), max(one, other))
            let link = try type.init(
                FaultyEdge(
                    dialler: dialler, accepter: accepter, endpoint: directory.node(accepter).endpoint, run: nonce,
                    limits: limits, seed: assembly.experiment.seed))
            links.append(link)
            let told = NodeDirectory("\(directory.links(of: dialler))/\(accepter.index)")
            try Files.makeDirectory(told.path)
            let endpoint = Endpoint(
                address: "\(link.address)", pid: ChildProcess.ownIdentifier, incarnation: WallClock.microseconds(),
                nonce: nonce)
            try Files.write(endpoint.json, to: told.endpoint)
        }
        let (reading, writing) = try FileDescriptor.pipe()
        running = writing
        loop = FaultyLinkLoop(links: links, faults: faults, end: reading)
        worker = try Worker { $0.run() }
    }

    deinit {
        running = nil
        Files.removeTree(directory.links)
    }

    /// Carries what nodes send, from now on and until this object is gone.
    func begin() throws(SystemFault) {
        guard let loop else { return }
        self.loop = nil
        try worker.submit(loop)
    }

    /// Throws what has ended the thread, if anything has.
    func check() throws(SystemFault) {
        if let fault = try worker.take() ?? nil { throw fault }
    }
}

/// The poll loop of the links.
private struct FaultyLinkLoop: Sendable {
    /// What is read at once: no datagram is longer.
    private static let readBytes = 1 << 16

    var links: [any FaultyLink]
    let faults: SharedFaults
    /// Readable when it is to end.
    let end: FileDescriptor

    consuming func run() -> SystemFault? {
        var polled = PollLoop()
        var buffer = [UInt8](repeating: 0, count: Self.readBytes)
        while true {
            polled.removeAll()
            let endSlot = polled.add(end)
            for index in links.indices { links[index].register(in: &polled) }
            do throws(SystemFault) {
                try polled.wait(until: links.compactMap(\.nextMoment).min())
            } catch {
                return error
            }
            if polled.isReadable(endSlot) { return nil }
            // One after the other, so that the laboratory never waits for the turn of more than one.
            for index in links.indices {
                faults.serve { plan, moment in links[index].serve(polled, &plan, at: moment, &buffer) }
            }
        }
    }
}
