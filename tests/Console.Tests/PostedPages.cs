using System.Net;
using System.Text;
using CityTwin.Console.Tests.Hosting;
using Xunit;

namespace CityTwin.Console.Tests;

/// <summary>Pages are looked at; whatever is posted to one is refused.</summary>
public sealed class PostedPages
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/", "application/x-www-form-urlencoded", "a=1")]
    [InlineData("/health", "application/x-www-form-urlencoded", "%zz=\u0000&&=")]
    [InlineData("/health", "multipart/form-data; boundary=x", "no part begins here")]
    [InlineData("/health", "multipart/form-data", "")]
    [InlineData("/breaches", "application/json", "{}")]
    public async Task Page_refuses_what_is_posted_whether_it_is_a_form_or_not(string path, string type, string body)
    {
        await using var host = new FakeHost(new FakeCity(SmallCity.Map(), SmallCity.Dependents, SmallCity.Supplies));
        await host.Start();
        using var http = new HttpClient { BaseAddress = host.Address };
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        content.Headers.TryAddWithoutValidation("content-type", type);
        using var answer = await http.PostAsync(new Uri(path, UriKind.Relative), content, Cancellation);

        Assert.Equal(HttpStatusCode.MethodNotAllowed, answer.StatusCode);
        Assert.Equal(["GET"], answer.Content.Headers.Allow);
        Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("x-content-type-options")));
    }
}
