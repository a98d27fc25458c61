using System.Net.Http.Headers;

namespace CityTwin.Testing;

/// <summary>Shows a credential with every request; none when it is null.</summary>
public sealed class Bearer(string? credential, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    private readonly AuthenticationHeaderValue? _header = credential is null ? null : new("Bearer", credential);

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        request.Headers.Authorization = _header ?? request.Headers.Authorization;
        return base.SendAsync(request, cancellationToken);
    }
}
