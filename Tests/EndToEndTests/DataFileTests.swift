// Experiments whose data are files: the same models in both engines, and mistakes named before anything is run.
import Platform
import Scenario
import Testing
import TestSupport

extension EndToEndTests {
    @Suite("Data in files") struct DataFileTests {
        private static let experiment = """
            {"name": "small-images", "topology": {"family": "torus", "rows": 3, "columns": 3},
             "task": {"dataset": {"kind": "idx", "folder": "data"}},
             "training": {"rounds": 12, "batchSize": 8}, "adversary": [{"nodes": ["4"], "attack": "signFlip"}]}
            """

        @Test("processes and the simulator learn the same models from plain and from compressed files")
        func digests() throws {
            let laboratory = try Laboratory()
            var digests: Set<String> = []
            for (folder, compressed) in [("plain", false), ("packed", true)] {
                try laboratory.writeSmallImages(to: "\(folder)/data", compressed: compressed)
                let file = try laboratory.write(Self.experiment, to: "\(folder)/experiment.json")
                for command in ["run", "simulate"] {
                    let ended = try laboratory.finish(command, [file, "--quiet", "--json"])
                    #expect(ended.status == .exited(0) && ended.errors.isEmpty, "\(ended.errors)")
                    let summary = try ended.summary()
                    #expect(summary.member("lost")?.texts == [])
                    digests.insert(try #require(summary.member("modelDigest")?.text))
                }
            }
            #expect(digests.count == 1)
        }

        @Test("a table of one's own is learned by processes and the simulator alike, and what is wrong in it is named")
        func table() throws {
            let laboratory = try Laboratory()
            _ = try laboratory.write(SmallTables.csv(rows: 240), to: "mine.csv")
            let file = try laboratory.write(
                """
                {"name": "table", "topology": {"family": "ring", "nodes": 6},
                 "task": {"dataset": {"kind": "csv", "file": "mine.csv", "scaling": "standard"},
                          "split": {"kind": "dirichlet", "alpha": 1, "minimumSamples": 8}},
                 "aggregation": {"rule": "weightedMean", "tolerates": {"kind": "declared", "count": 0}},
                 "training": {"rounds": 30, "batchSize": 8}}
                """, to: "experiment.json")
            var digests: Set<String> = []
            for command in ["run", "simulate"] {
                let ended = try laboratory.finish(command, [file, "--quiet", "--json"])
                #expect(ended.status == .exited(0) && ended.errors.isEmpty, "\(ended.errors)")
                let summary = try ended.summary()
                #expect(summary.member("accuracy")?.member("worst")?.number ?? 0 > 0.9)
                #expect(summary.member("classes")?.texts == SmallTables.labels.sorted())
                digests.insert(try #require(summary.member("modelDigest")?.text))
            }
            #expect(digests.count == 1)
            _ = try laboratory.write(SmallTables.csv() + "1,2,three,setosa\n", to: "mine.csv")
            let ended = try laboratory.finish("simulate", [file, "--quiet"])
            #expect(ended.status == .exited(2) && ended.complaints.count == 1)
            #expect(ended.errors.contains("mine.csv:182: column 3 ('height') is 'three'; allowed: "), "\(ended.errors)")
        }

        @Test("a run is verified from any folder, and not with other data")
        func verified() throws {
            let laboratory = try Laboratory()
            try laboratory.writeSmallImages(to: "data")
            let file = try laboratory.write(Self.experiment, to: "experiment.json")
            #expect(try laboratory.finish("run", [file, "--quiet"]).status == .exited(0))
            let run = try laboratory.onlyRun().path
            #expect(try laboratory.start(["verify", run]).ended().status == .exited(0))
            let labels = "\(laboratory.path)/data/\(SmallImages.names[1])"
            var bytes = try Files.read(labels)
            bytes[20] ^= 1
            try Files.write(bytes, to: labels)
            let ended = try laboratory.start(["verify", run]).ended()
            #expect(ended.status == .exited(2) && ended.complaints.count == 1)
            #expect(ended.errors.contains("not the data that the experiment was made for"), "\(ended.errors)")
        }

        @Test("a sweep over data in files runs every cell")
        func swept() throws {
            let laboratory = try Laboratory()
            try laboratory.writeSmallImages(to: "data")
            _ = try laboratory.write(Self.experiment, to: "experiment.json")
            let sweep = try laboratory.write(
                #"{"base": "experiment.json", "grid": {"seed": [1, 2]}}"#, to: "sweep.json")
            let ended = try laboratory.finish("sweep", [sweep, "--quiet"])
            #expect(ended.status == .exited(0), "\(ended.errors)")
        }

        /// Which file is replaced by what, and what is said of it.
        struct Mistake: CustomTestStringConvertible, Sendable {
            let testDescription: String
            let position: Int
            var bytes: [UInt8]?
            /// What the name ends in.
            var ending = ""
            var environment: [(name: String, value: String)] = []
            let complaint: [String]

            static let all = [
                Mistake(
                    testDescription: "a missing file", position: 1,
                    complaint: ["data/train-labels-idx1-ubyte: there is no such file, nor", "task.dataset.folder"]),
                Mistake(
                    testDescription: "a truncated file", position: 0, bytes: SmallImages.files()[0].dropLast(5),
                    complaint: ["train-images-idx3-ubyte: ends too early, after 1931 of 1936 bytes"]),
                Mistake(
                    testDescription: "a file of another kind", position: 2, bytes: Array("P5 28 28 255\n".utf8),
                    complaint: ["t10k-images-idx3-ubyte: this is no IDX file"]),
                Mistake(
                    testDescription: "a name that promises gzip", position: 3, bytes: SmallImages.files()[3],
                    ending: ".gz", complaint: ["t10k-labels-idx1-ubyte.gz: is not compressed by gzip"]),
                Mistake(
                    testDescription: "a damaged compressed file", position: 1,
                    bytes: [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 1, 2, 3], ending: ".gz",
                    complaint: ["train-labels-idx1-ubyte.gz: gzip cannot unpack it"]),
                Mistake(
                    testDescription: "gzip not installed", position: 1, bytes: [0x1f, 0x8b, 8, 0], ending: ".gz",
                    environment: [("PATH", "/nonexistent")],
                    complaint: ["train-labels-idx1-ubyte.gz", "gzip", "ENOENT"]),
            ]
        }

        @Test("mistakes get one line and status 2 before anything is run", arguments: Mistake.all)
        func mistakes(mistake: Mistake) throws {
            let laboratory = try Laboratory()
            try laboratory.writeSmallImages(to: "data")
            let file = try laboratory.write(Self.experiment, to: "experiment.json")
            let path = "\(laboratory.path)/data/\(SmallImages.names[mistake.position])"
            Files.remove(path)
            if let bytes = mistake.bytes { try Files.write(bytes, to: path + mistake.ending) }
            let ended = try laboratory.start(["run", file], environment: mistake.environment).ended()
            #expect(ended.status == .exited(2) && ended.output.isEmpty)
            #expect(ended.complaints.count == 1, "\(ended.errors)")
            for part in mistake.complaint { #expect(ended.errors.contains(part), "\(ended.errors)") }
            #expect(!Files.exists(laboratory.runs) && !Files.exists("\(laboratory.path)/runs"))
        }
    }
}
