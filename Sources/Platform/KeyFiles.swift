// Key files on disk: written readable by their owner alone, and refused where others can read them.
import Kernels
import Registry
public import Scenario

extension KeyFile {
    /// Reads a key file, unless others can read it as well.
    public static func read(_ path: String) throws(ConfigurationFault) -> KeyFile {
        let bytes: [UInt8]?
        do throws(SystemFault) {
            bytes = try Files.readSecret(path)
        } catch {
            throw ConfigurationFault(error.description)
        }
        guard let bytes else {
            throw ConfigurationFault("others can read these keys; allowed is mode 600, as by 'chmod 600'", at: path)
        }
        return try KeyFile(bytes, name: path)
    }

    /// Writes new keys for every edge of a topology, all or none: `folder/<index>.json`, one file a node.
    ///
    /// - Parameter folder: that is not there yet.
    /// - Returns: the number of keys.
    @discardableResult
    public static func write(for topology: TopologyFile, to folder: String) throws(SystemFault) -> Int {
        do throws(SystemFault) {
            try Files.makeDirectory(folder)
            for (index, file) in generate(for: topology, random: Entropy.bytes).enumerated() {
                try Files.write(file.json, to: path(ofNode: NodeID(index), in: folder), secretly: true)
            }
        } catch {
            Files.removeTree(folder)
            throw error
        }
        return topology.links.count
    }

    /// Where a node's file is in a folder of key files.
    public static func path(ofNode node: NodeID, in folder: String) -> String { "\(folder)/\(node.index).json" }
}
