"""`ostiary saml`: what Identity Center will object to in a captured SAML response. An operator's tool."""
