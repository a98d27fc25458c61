using CityTwin.Import.Generation;

namespace CityTwin.Import.Sample;

/// <summary>
/// Havenbrug, the invented town that ships with CityTwin: 24,000 people on a river mouth. Its files are what the
/// generator makes of <see cref="Options"/>, and a test holds them to it.
/// </summary>
public static class SampleCity
{
    /// <summary>The options the shipped files were generated with.</summary>
    public static GeneratorOptions Options { get; } = new(24_000, 12, 200, "Havenbrug");

    /// <summary>Its folder, beside the binaries; to be read like any other city.</summary>
    public static string Folder => Path.Combine(AppContext.BaseDirectory, "Sample", "havenbrug");
}
