// PyTorch's torchrun, whose variables have common names: both must be there.
enum Torchrun: JobLauncher {
    static let name = "torchrun"
    static var rankVariables: (rank: String, size: String?)? { ("RANK", "WORLD_SIZE") }
}
