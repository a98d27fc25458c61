using CityTwin.Api.Access;
using CityTwin.Api.Reading;
using CityTwin.Core.Access;
using CityTwin.Grains.Storing;
using CityTwin.Grains.Viewing;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;

namespace CityTwin.Silo.Access;

/// <summary>Puts the doors into a silo.</summary>
internal static class SiloAccess
{
    private const string SessionKeys = "sessions";

    public static void Add(IServiceCollection services, AccessSettings access, SiloSettings settings)
    {
        services.AddCityTwinAccess(access.Options);
        // Sessions outlive a restart, as the city does, and a change of silo. Whoever reads these keys can make sessions, so
        // beside a database file that others may be given they lie in a folder for the owner alone.
        var protection = services.AddDataProtection().SetApplicationName("citytwin");
        if (settings.Cluster is null)
        {
            protection.PersistKeysToFileSystem(Private(Path.Combine(settings.DataFolder, SessionKeys)));
        }
        else
        {
            services.AddOptions<KeyManagementOptions>().Configure<IXmlRepository>((management, shared) => management.XmlRepository = shared);
        }

        if (!access.IsLocal)
        {
            services.AddSingleton(provider => BrokerAccess.Door(
                provider.GetRequiredService<KeyRing>(), provider.GetRequiredService<PermissionTable>(), provider.GetRequiredService<LiveView>(),
                provider.GetRequiredService<IAudit>(), provider.GetRequiredService<RefusalLimit>(), provider.GetRequiredService<ApiInstruments>(), provider.GetRequiredService<TimeProvider>()));
            services.AddSingleton(provider => BrokerAccess.GiveFeed(provider.GetRequiredService<KeyRing>()));
        }

        if (!access.IsLocal || access.PermissionsHash is not null)
        {
            services.AddHostedService(provider => ActivatorUtilities.CreateInstance<PermissionWatch>(provider, access));
        }
    }

    /// <summary>Lets whoever started an embedded silo in: their programs by a key, their browser by a link.</summary>
    /// <returns>The link; null where credentials are configured.</returns>
    public static string? OpenToOperator(IServiceProvider services, AccessSettings access, SiloSettings settings)
    {
        if (!access.IsLocal)
        {
            return null;
        }

        services.GetRequiredService<KeyRing>().Add(OperatorKey.Lay(settings));
        var sessions = services.GetRequiredService<OperatorSessions>();
        sessions.LinkUsed += () => System.Console.Out.WriteLine($"  The link has been used. For another browser: {Address(settings)}{sessions.NewLink()}");
        return Address(settings) + sessions.NewLink();
    }

    private static DirectoryInfo Private(string folder) => OperatingSystem.IsWindows()
        ? Directory.CreateDirectory(folder)
        : Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

    private static string Address(SiloSettings settings) => $"http://127.0.0.1:{settings.HttpPort}";
}
