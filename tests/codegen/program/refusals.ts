// Messages for people, for each error code.

import { ErrorCode } from '../build/schema';

export function refusalOf(code: string): string {
  return isErrorCode(code) ? sentence(code) : 'Something went wrong.';
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.values<string>(ErrorCode).includes(code);
}

function sentence(code: ErrorCode): string {
  switch (code) {
    case ErrorCode.AuthEmailExists:
    case ErrorCode.AuthUsernameExists:
    case ErrorCode.OrganizationSlugExists:
      return 'That is taken.';
    case ErrorCode.AuthInvalidCredentials:
      return 'The name or the password is wrong.';
    case ErrorCode.AuthSecondFactorRequired:
      return 'Please enter a code of your authenticator app.';
    case ErrorCode.AuthSecondFactorInvalid:
      return 'Please enter another code.';
    case ErrorCode.AuthChallengeInvalid:
      return 'Please start again.';
    case ErrorCode.AuthReauthenticationRequired:
      return 'Please prove that it is you.';
    case ErrorCode.SecondFactorNotFound:
      return 'Please set up an authenticator app first.';
    case ErrorCode.AuthUnauthenticated:
    case ErrorCode.AuthRefreshTokenInvalid:
    case ErrorCode.AuthSessionEnded:
      return 'Please log in.';
    case ErrorCode.AuthTokenExpired:
    case ErrorCode.AuthTokenStale:
      return 'Refresh, and try again.';
    case ErrorCode.AuthEmailNotVerified:
      return 'Please follow the link in the mail first.';
    case ErrorCode.AuthLinkInvalid:
      return 'This link is used up, or too old.';
    case ErrorCode.PasskeyNotFound:
    case ErrorCode.PasskeyExists:
    case ErrorCode.TooManyPasskeys:
      return 'This passkey does not do.';
    case ErrorCode.LastSignInMethod:
      return 'You could not sign in any more.';
    case ErrorCode.SessionNotFound:
    case ErrorCode.OrganizationNotFound:
    case ErrorCode.MembershipNotFound:
    case ErrorCode.InvitationNotFound:
      return 'It is gone.';
    case ErrorCode.MembershipExists:
    case ErrorCode.InvitationExists:
      return 'They are on the list already.';
    case ErrorCode.InvitationEmailMismatch:
      return 'This invitation is for another address.';
    case ErrorCode.AuthRegistrationClosed:
      return 'Nobody can register here.';
    case ErrorCode.OrganizationRoleInsufficient:
    case ErrorCode.OrganizationLastOwner:
      return 'That is not yours to do.';
    case ErrorCode.ValidationFailed:
      return 'Please mind what stands at each field.';
    case ErrorCode.RateLimited:
    case ErrorCode.Overloaded:
    case ErrorCode.Unavailable:
      return 'Please try again in a while.';
    case ErrorCode.PersistedQueryNotSupported:
    case ErrorCode.Internal:
      return 'Something went wrong.';
    default:
      return unheardOf(code);
  }
}

// Only `never` is accepted here, so no code can be missed.
function unheardOf(code: never): never {
  throw new Error(`there is no message for ${String(code)}`);
}
