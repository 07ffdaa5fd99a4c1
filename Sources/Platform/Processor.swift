// Whether this processor can run what was compiled. The settings that decide it stand in Package.swift.
import Kernels

/// The instructions that the kernels were compiled for.
public enum Processor {
    /// Refuses in one line, where the kernels would end the process by an illegal instruction.
    public static func check() throws(ConfigurationFault) {
        #if BUILT_FOR_AVX2
            guard let bytes = try? Files.read("/proc/cpuinfo") else { return }
            try check(description: String(decoding: bytes, as: UTF8.self))
        #endif
    }

    static func check(description: String) throws(ConfigurationFault) {
        if !description.split(whereSeparator: \.isWhitespace).contains("avx2") {
            throw ConfigurationFault(
                "built for AVX2, which this processor lacks; build again here, or with GOSSIPNODE_PORTABLE=1")
        }
    }
}
