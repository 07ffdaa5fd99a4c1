// Whether this processor can run what was compiled. The settings that decide it stand in Package.swift.
import Glibc
import Registry

/// The instructions that the kernels were compiled for.
public enum Processor {
    /// Their name: "AVX2", or "portable" for what every processor of the kind has.
    public static var instructions: String {
        #if BUILT_FOR_AVX2
            "AVX2"
        #else
            "portable"
        #endif
    }

    /// Refuses in one line, where the kernels would end the process by an illegal instruction.
    public static func check() throws(ConfigurationFault) {
        #if BUILT_FOR_AVX2
            // The kernel describes whole processors in each read and all alike: one is enough, of perhaps hundreds.
            var first = [UInt8](repeating: 0, count: 4096)
            guard let file = try? Files.open("/proc/cpuinfo", "open", O_RDONLY),
                case .bytes(let count)? = try? file.read(into: &first)
            else { return }
            try check(description: String(decoding: first[..<count], as: UTF8.self))
        #endif
    }

    static func check(description: String) throws(ConfigurationFault) {
        if !description.split(whereSeparator: \.isWhitespace).contains("avx2") {
            throw ConfigurationFault(
                "built for AVX2, which this processor lacks; build again here, or with GOSSIPNODE_PORTABLE=1")
        }
    }
}
