// Doctor: looks at the machine before a run of real processes, and says of everything that such a run needs whether it
// is there. It starts no node, and leaves nothing behind.
import Kernels
import Platform
import Registry
import Scenario

/// Examines this machine for one experiment.
public struct Doctor {
    /// The machine's figures, as they were read; tests tell others.
    struct Readings {
        var openFiles = HostLimits.raiseOpenFiles()
        var processes = HostLimits.processes()
        var ports = HostLimits.freePorts()
        var freeMemory = HostLimits.freeMemory()
        var processors = HostLimits.processors
        var hasAVX2 = Processor.hasAVX2
        var instructions = Processor.instructions
        var clockResolution = MonotonicClock().resolution()
        var microseconds = WallClock.microseconds()
        var carriesStreams = (try? Loopback.carriesStreams()) ?? false
        var carriesDatagrams = (try? Loopback.carriesDatagrams()) ?? false
    }

    /// More processes on a processor than this, and most of the time goes into changing between them.
    private static let mostNodesOfProcessor = 64
    /// A wait is at least a millisecond; a clock that is coarser makes every round longer.
    private static let coarsestClock: Nanoseconds = .milliseconds(1)
    /// The first second of 2024: no machine that runs this was set up before.
    private static let earliest: UInt64 = 1_704_067_200_000_000
    /// Models that a node's folder holds at a time: two checkpoints of up to three, four snapshots, the final one.
    private static let modelsOfFolder = 11

    private let source: ExperimentSource
    private let folder: String
    private let program: String
    private let readings: Readings

    /// - Parameters:
    ///   - folder: parent of the run directory.
    ///   - program: path of the gossipnode executable.
    public init(_ source: ExperimentSource, runsIn folder: String, program: String) {
        self.init(source, runsIn: folder, program: program, readings: Readings())
    }

    init(_ source: ExperimentSource, runsIn folder: String, program: String, readings: Readings) {
        self.source = source
        self.folder = folder
        self.program = program
        self.readings = readings
    }

    /// - Throws: where the experiment itself is wrong, whatever machine it is for.
    public func examine() throws(ConfigurationFault) -> Diagnosis {
        let file = try source.topologyFile(of: source.experiment)
        let assembly = try Assembly(source.experiment, topology: file, files: source.dataFiles)
        let nodes = assembly.topology.nodeCount
        let degree = ProcessRun.greatestDegree(of: assembly)
        return Diagnosis(
            subject: "\(nodes) nodes of up to \(degree) links (\(assembly.experiment.name))",
            examinations: [
                programs, openFiles(nodes, degree), processes(nodes), ports(nodes), memory(assembly), processors(nodes),
                instructions, clock, calendar, disk(assembly), loopback(assembly.experiment.transport),
            ])
    }

    private var programs: Examination {
        guard Files.exists(program) else {
            return .problem("programs", "there is no node program at \(program)", "swift build -c release")
        }
        return Processor.isBuiltForDebugging
            ? .note("programs", "built for debugging", "swift build -c release: several times faster, the same bits")
            : .ok("programs", program)
    }

    private func openFiles(_ nodes: Int, _ degree: Int) -> Examination {
        let needed = HostLimits.openFiles(forLinks: max(nodes, degree))
        let finding = "\(Self.words(needed)) of at most \(Self.words(readings.openFiles.soft)) in one process"
        return needed <= readings.openFiles.soft
            ? .ok("open files", finding)
            : .problem(
                "open files", finding,
                "raise the hard limit: 'ulimit -Hn \(needed)' as root, or 'nofile' in /etc/security/limits.conf")
    }

    private func processes(_ nodes: Int) -> Examination {
        let finding = "\(Self.words(nodes + 1)) of at most \(Self.words(readings.processes.soft)) of this user"
        return nodes < readings.processes.soft
            ? .ok("processes", finding)
            : .problem(
                "processes", finding, "ulimit -u \(2 * nodes), or 'nproc' in /etc/security/limits.conf; or simulate")
    }

    private func ports(_ nodes: Int) -> Examination {
        guard let ports = readings.ports else {
            return .note("ports", "the kernel does not say which it gives", "nothing, unless nodes fail to listen")
        }
        let finding = "\(nodes) of the \(ports.count) from \(ports.lowerBound) to \(ports.upperBound)"
        return nodes < ports.count / 2
            ? .ok("ports", finding)
            : .problem("ports", finding, "sysctl -w net.ipv4.ip_local_port_range='1024 65535', or simulate")
    }

    /// By what the run itself would refuse.
    private func memory(_ assembly: Assembly) -> Examination {
        let free = readings.freeMemory
        do throws(ConfigurationFault) {
            let room = MemoryRoom(bytes: free, for: .processes)
            _ = try Assembly(
                source.experiment, topology: source.topologyFile(of: source.experiment, room: room),
                files: source.dataFiles, room: room)
        } catch {
            return .problem("memory", error.description, "or simulate, which holds data and programs once")
        }
        return .ok("memory", "\(Self.words(free)) bytes are free, and enough")
    }

    private func processors(_ nodes: Int) -> Examination {
        let finding = "\(readings.processors) for \(nodes) nodes"
        return nodes <= Self.mostNodesOfProcessor * readings.processors
            ? .ok("processors", finding)
            : .note(
                "processors", finding,
                "rounds will be slow; a greater timing.deadlineMilliseconds keeps nodes from missing each other, "
                    + "or simulate")
    }

    private var instructions: Examination {
        readings.instructions != "AVX2" && readings.hasAVX2
            ? .note(
                "instructions", "portable, and the processor has AVX2",
                "build without GOSSIPNODE_PORTABLE: faster, the same bits")
            : .ok("instructions", readings.instructions)
    }

    private var clock: Examination {
        guard let resolution = readings.clockResolution else {
            return .problem("clock", "the monotonic clock goes back or stands still", "another clock source, or host")
        }
        let finding = "tells \(resolution) ns apart"
        return resolution <= Self.coarsestClock
            ? .ok("clock", finding)
            : .note("clock", finding, "waits are no shorter than that; simulations have no clock")
    }

    private var calendar: Examination {
        readings.microseconds >= Self.earliest
            ? .ok("calendar", WallClock.stamp(microsecondsSince1970: readings.microseconds))
            : .note(
                "calendar", WallClock.stamp(microsecondsSince1970: readings.microseconds),
                "set the clock: folders of runs are named by it, and nothing else is")
    }

    /// Asked of the nearest folder that is there; a file is written and taken away.
    private func disk(_ assembly: Assembly) -> Examination {
        var place = folder
        while !Files.isDirectory(place) {
            guard let slash = place.lastIndex(of: "/") else {
                place = "."
                break
            }
            place = slash == place.startIndex ? "/" : String(place[..<slash])
        }
        let probe = "\(place)/.gossiplab-doctor-\(WallClock.microseconds())"
        let free: Int
        do throws(SystemFault) {
            try Files.write(Array("probe".utf8), to: probe)
            Files.remove(probe)
            free = try HostLimits.freeDisk(in: place)
        } catch {
            return .problem("disk", error.description, "--out DIR, with a folder that can be written")
        }
        let needed = assembly.dimension.clampedTimes(4 * Self.modelsOfFolder).clampedTimes(assembly.topology.nodeCount)
        let finding = "\(Self.words(needed)) of \(Self.words(free)) bytes in \(place), for models alone"
        return needed < free
            ? .ok("disk", finding) : .problem("disk", finding, "--out DIR on another disk, or fewer nodes")
    }

    private func loopback(_ transport: Transport) -> Examination {
        let broken = [(readings.carriesStreams, "TCP"), (readings.carriesDatagrams, "UDP")].filter { !$0.0 }.map(\.1)
        let isNeeded = broken.contains(transport.rawValue.uppercased())
        guard !broken.isEmpty else { return .ok("loopback", "TCP and UDP through 127.0.0.1") }
        let finding = "nothing comes through 127.0.0.1 by \(broken.joined(separator: " and "))"
        let remedy = "ip link set lo up, and a firewall that lets it through; or simulate"
        return isNeeded ? .problem("loopback", finding, remedy) : .note("loopback", finding, remedy)
    }

    /// Digits in groups of three; "any number" where there is no limit.
    private static func words(_ number: Int) -> String {
        number == .max ? "any number" : HostLimits.grouped(number)
    }
}
