// Key files: read, or refused in one line that quotes no key.
import Kernels
import Registry
import Scenario

extension FuzzTargets {
    static let keyFiles = FuzzTarget("keys", "key files", allocationPerByte: 256) {
        let ring = try TopologyFile.read(Array(#"{"family": "ring", "nodes": 4}"#.utf8), name: "ring")
        return KeyFile.generate(for: ring) { [UInt8](repeating: 0xA5, count: $0) }.prefix(1).map(\.json)
            + [Array(#"{"version": 1, "node": "0", "keys": {"1": "00"}}"#.utf8)]
    } violation: { bytes in
        FileReading.violation { () throws(ConfigurationFault) in
            try KeyFile(bytes, name: "keys")
        } again: { file throws(ConfigurationFault) in
            try KeyFile(file.json, name: "again").json == file.json ? nil : "written again, it is another"
        }
    }
}
