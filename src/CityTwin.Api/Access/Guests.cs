using System.Net;
using CityTwin.Core.Access;
using Microsoft.AspNetCore.Http;

namespace CityTwin.Api.Access;

/// <summary>
/// Those who look at an embedded silo from its own machine without showing anything. They see what a viewer sees, and order
/// nothing. The host they ask for must be this machine by name, or a page from elsewhere could have the browser ask in its stead.
/// </summary>
internal sealed class Guests(bool areAdmitted)
{
    private static readonly Principal Guest = new("guest", PrincipalKind.Guest, [new(Roles.Viewer, ZoneScope.Everything)]);

    /// <returns>Null where this request is no guest's.</returns>
    public Principal? Find(HttpContext http) =>
        areAdmitted && http.Connection.RemoteIpAddress is { } from && IPAddress.IsLoopback(from) && IsThisMachine(http.Request.Host.Host) ? Guest : null;

    private static bool IsThisMachine(string host) =>
        string.Equals(host, "localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));
}
