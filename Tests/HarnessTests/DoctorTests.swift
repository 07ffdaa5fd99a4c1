// What the doctor finds, on machines that lack one thing each.
import Registry
import Scenario
import Testing

@testable import Harness
@testable import Platform

@Suite("Doctor")
struct DoctorTests {
    private static let settings = [
        #"topology={"family": "complete", "nodes": 8}"#, "adversary=[]",
        #"aggregation.tolerates={"kind": "declared", "count": 1}"#,
    ]

    /// A machine that lacks nothing.
    private static var healthy: Doctor.Readings {
        var readings = Doctor.Readings()
        readings.openFiles = HostLimits.Limit(soft: 1_000_000, hard: 1_000_000)
        readings.processes = HostLimits.Limit(soft: .max, hard: .max)
        readings.ports = 32_768...60_999
        readings.freeMemory = 64 << 30
        readings.processors = 8
        (readings.hasAVX2, readings.instructions) = (true, "AVX2")
        readings.clockResolution = 30
        readings.microseconds = 1_790_000_000_000_000
        (readings.carriesStreams, readings.carriesDatagrams) = (true, true)
        return readings
    }

    private func diagnosis(_ settings: [String] = [], _ change: (inout Doctor.Readings) -> Void = { _ in }) throws
        -> Diagnosis
    {
        let folder = try TemporaryDirectory()
        try Files.write([], to: "\(folder.path)/gossipnode")
        var readings = Self.healthy
        change(&readings)
        let source = try ExperimentSource(named: "quickstart", overrides: Self.settings + settings)
        let diagnosis = try Doctor(
            source, runsIn: "\(folder.path)/not/there/yet", program: "\(folder.path)/gossipnode", readings: readings
        ).examine()
        #expect(try Files.names(in: folder.path) == ["gossipnode"])
        return diagnosis
    }

    private func found(_ diagnosis: Diagnosis, _ state: Examination.State) -> [String] {
        diagnosis.examinations.filter { $0.state == state }.map(\.name)
    }

    @Test("a machine that lacks nothing has no problem, and the folder is left as it was")
    func healthy() throws {
        let diagnosis = try diagnosis()
        #expect(
            diagnosis.problems == 0 && diagnosis.lines.last?.hasPrefix("Nothing stands in the way of 8 nodes") == true)
        #expect(Set(diagnosis.examinations.map(\.name)).count == diagnosis.examinations.count)
    }

    @Test("each thing that a run cannot do without is a problem with a remedy, and no other thing is")
    func problems() throws {
        let lacks: [(name: String, change: (inout Doctor.Readings) -> Void)] = [
            ("open files", { $0.openFiles = HostLimits.Limit(soft: 20, hard: 20) }),
            ("processes", { $0.processes = HostLimits.Limit(soft: 8, hard: 8) }),
            ("ports", { $0.ports = 50_000...50_009 }),
            ("memory", { $0.freeMemory = 1_000_000 }), ("clock", { $0.clockResolution = nil }),
            ("loopback", { $0.carriesStreams = false }),
        ]
        for lack in lacks {
            let diagnosis = try diagnosis([], lack.change)
            #expect(found(diagnosis, .problem) == [lack.name])
            #expect(diagnosis.examinations.filter { $0.state != .ok }.allSatisfy { $0.remedy?.isEmpty == false })
            #expect(diagnosis.colour == .red)
        }
    }

    @Test("what only slows a run down is a note")
    func notes() throws {
        let basis = found(try diagnosis(), .note)
        let doubts: [(name: String, change: (inout Doctor.Readings) -> Void)] = [
            ("instructions", { $0.instructions = "portable" }), ("clock", { $0.clockResolution = 4_000_000 }),
            ("calendar", { $0.microseconds = 0 }), ("loopback", { $0.carriesDatagrams = false }),
            ("ports", { $0.ports = nil }),
        ]
        for doubt in doubts {
            #expect(!basis.contains(doubt.name))
            let diagnosis = try diagnosis([], doubt.change)
            #expect(diagnosis.problems == 0 && Set(found(diagnosis, .note)) == Set(basis + [doubt.name]))
        }
        let datagrams = try diagnosis(["network.transport=udp"]) { $0.carriesDatagrams = false }
        #expect(found(datagrams, .problem) == ["loopback"])
    }

    @Test("this machine carries streams and datagrams on its loopback, and has a clock")
    func readings() throws {
        #expect(try Loopback.carriesStreams())
        #expect(try Loopback.carriesDatagrams())
        #expect(try #require(MonotonicClock().resolution()) > 0)
        #expect(try HostLimits.freeDisk(in: "/") > 0)
        // A container may hide them.
        if let ports = HostLimits.freePorts() { #expect(ports.lowerBound > 0 && ports.upperBound < 65_536) }
    }
}
