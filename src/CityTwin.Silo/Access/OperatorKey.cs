using System.Security.Cryptography;
using CityTwin.Api.Access;
using CityTwin.Core.Access;

namespace CityTwin.Silo.Access;

/// <summary>
/// The key of an embedded silo for programs of whoever started it: kept in the data folder, and laid out beside each port as
/// <see cref="LocalDoor"/> says, readable by that person alone.
/// </summary>
internal static class OperatorKey
{
    private const string Name = "operator.key";
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <returns>The key, also to be given to the key ring.</returns>
    /// <exception cref="StartRefusedException">It cannot be kept.</exception>
    public static ApiKey Lay(SiloSettings settings)
    {
        try
        {
            // Who keeps the city on PostgreSQL has no folder yet.
            Directory.CreateDirectory(settings.DataFolder);
            // A silo of a cluster keeps nothing else here, and may be the first to come.
            Directory.CreateDirectory(settings.DataFolder);
            var kept = Path.Combine(settings.DataFolder, Name);
            var key = File.Exists(kept) ? LocalDoor.Read(File.ReadAllText(kept)) : null;
            if (key is null || ApiKey.IdIn(key) is null)
            {
                key = ApiKey.Write(RandomNumberGenerator.GetBytes(ApiKey.IdBytes), RandomNumberGenerator.GetBytes(ApiKey.SecretBytes));
                Write(kept, key);
            }

            foreach (var port in new[] { settings.HttpPort, settings.GrpcPort })
            {
                var door = DoorOf(port);
                Directory.CreateDirectory(Path.GetDirectoryName(door)!);
                Write(door, key);
            }

            var operators = OperatorSessions.LocalOperator(null);
            return new(ApiKey.IdIn(key)!, operators.Name, ApiKey.HashOf(key), operators.Grants, Kind: operators.Kind);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new StartRefusedException($"the operator's key cannot be kept ({failure.Message}); give a data folder that can be written with --data.");
        }
    }

    public static string DoorOf(int port) => LocalDoor.FileOf(
        Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.Create), port);

    /// <summary>The mode is set when the file is made, so that there is no moment at which others could read it.</summary>
    private static void Write(string file, string key)
    {
        File.Delete(file);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnly;
        }

        using var stream = new StreamWriter(file, options);
        stream.Write(LocalDoor.Write(key));
    }
}
