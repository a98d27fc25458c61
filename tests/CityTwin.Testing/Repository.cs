namespace CityTwin.Testing;

/// <summary>Where the repository and the reference numbers of others lie.</summary>
public static class Repository
{
    /// <summary>The folder that holds <c>CityTwin.sln</c>.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The reference folder: <c>CITYTWIN_REFERENCE</c>, else beside the repository; it may be absent.</summary>
    public static string Reference { get; } = Path.GetFullPath(
        Environment.GetEnvironmentVariable("CITYTWIN_REFERENCE") is { Length: > 0 } folder
            ? folder
            : Path.Combine(Root, "..", "shared", "reference"));

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "CityTwin.sln")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException($"No folder above {AppContext.BaseDirectory} holds CityTwin.sln.");
    }
}
