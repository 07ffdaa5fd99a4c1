// PMI, as MPICH's Hydra and Intel MPI have it.
enum PMI: JobLauncher {
    static let name = "PMI"
    static var rankVariables: (rank: String, size: String?)? { ("PMI_RANK", "PMI_SIZE") }
}
